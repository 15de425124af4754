with engagements as (
    select
        engagement_id, application_id, project_id, root_project_id, employer_id,
        host_id, student_key, student_key as person_key, category, funded_by,
        accepted_at,
        cast(accepted_at as date) as accepted_date, started_at, due_at,
        cast(due_at as date) as due_date, submitted_at, approved_at,
        cast(approved_at as date) as approved_date, paid_at, cancelled_at, cancelled_by,
        fee_usd, platform_fee_usd, amount_paid_usd, hours_reported,
        {{ days_after('due_at', var('completion_grace_days')) }} as completion_ends_at
    from {{ ref('int_engagements_placed') }}
),

ratings as (
    select
        engagement_id, rating, would_hire,
        row_number() over (
            partition by engagement_id order by submitted_at desc, feedback_id desc
        ) as recency
    from {{ ref('stg_platform__feedback') }}
    where author_role = 'employer'
),

students as (
    select student_key, institution_unitid, school_type, major_family
    from {{ ref('dim_students') }}
),

dates as (
    select date_day, term, term_year, term_label from {{ ref('dim_dates') }}
),

cuts as (
    select as_of from {{ ref('stg_ops__as_of') }}
),

flagged_engagements as (
    select
        engagements.engagement_id, engagements.application_id, engagements.project_id,
        engagements.root_project_id, engagements.employer_id, engagements.host_id,
        engagements.student_key, engagements.person_key, engagements.category,
        engagements.funded_by, students.institution_unitid, students.school_type,
        students.major_family, engagements.accepted_at, engagements.accepted_date,
        {{ month_of('engagements.accepted_date') }} as accepted_month,
        engagements.started_at, engagements.due_at, engagements.due_date,
        engagements.submitted_at, engagements.approved_at, engagements.approved_date,
        {{ month_of('engagements.approved_date') }} as approved_month,
        engagements.paid_at, engagements.cancelled_at, engagements.cancelled_by,
        case
            when engagements.cancelled_at is null then null
            when engagements.started_at <= engagements.cancelled_at then 'after start'
            else 'before start'
        end as cancel_phase,
        dates.term, dates.term_year, dates.term_label, engagements.fee_usd,
        engagements.platform_fee_usd,
        {{ flag('engagements.started_at is not null') }} as is_started,
        {{ flag('engagements.approved_at is not null') }} as is_approved,
        {{ flag(
            'engagements.started_at is not null'
            ~ ' and engagements.completion_ends_at <= cuts.as_of'
        ) }} as is_mature_completion,
        {{ flag(
            'engagements.started_at is not null'
            ~ ' and engagements.completion_ends_at <= cuts.as_of'
            ~ ' and engagements.approved_at <= engagements.completion_ends_at'
        ) }} as is_completed_in_time,
        {{ flag(
            'engagements.approved_at is not null'
            ~ ' and engagements.submitted_at is not null'
            ~ ' and engagements.due_at is not null'
        ) }} as is_timed,
        {{ flag(
            'engagements.approved_at is not null'
            ~ ' and engagements.submitted_at <= engagements.due_at'
        ) }} as is_on_time,
        {{ elapsed_days('engagements.submitted_at', 'engagements.approved_at') }}
            as days_to_approve,
        {{ elapsed_days('engagements.approved_at', 'engagements.paid_at') }}
            as days_to_pay,
        engagements.amount_paid_usd, engagements.hours_reported,
        ratings.rating as employer_rating, ratings.would_hire
    from engagements
    cross join cuts
    left join students
        on engagements.student_key = students.student_key
    left join ratings
        on engagements.engagement_id = ratings.engagement_id and ratings.recency = 1
    left join dates
        on engagements.accepted_date = dates.date_day
)

select * from flagged_engagements
