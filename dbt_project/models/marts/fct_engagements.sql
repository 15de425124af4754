with engagements as (
    select
        engagement_id, application_id, project_id, root_project_id, employer_id,
        host_id, student_key, category, funded_by, accepted_at,
        cast(accepted_at as date) as accepted_date, started_at, due_at,
        cast(due_at as date) as due_date, submitted_at, approved_at,
        cast(approved_at as date) as approved_date, paid_at, cancelled_at, cancelled_by,
        fee_usd, platform_fee_usd, amount_paid_usd, hours_reported
    from {{ ref('int_engagements_placed') }}
),

timed_engagements as (
    select
        engagement_id, due_term_label, approved_term_label, cancel_phase,
        is_started, is_approved, is_mature_accepted,
        is_completed_of_accepted, is_mature_completion, is_completed_in_time, is_timed,
        is_on_time, is_hourly_pay_known, floor_usd_per_hour, is_under_floor,
        days_to_approve, days_to_pay
    from {{ ref('int_engagements_timed') }}
),

reviews as (
    select engagement_id, employer_rating, would_hire, student_rating
    from {{ ref('int_engagements_reviewed') }}
),

priors as (
    select
        max(case when author_role = 'employer' then prior_mean end)
            as employer_prior_mean,
        max(case when author_role = 'employer' then prior_weight end)
            as employer_prior_weight,
        max(case when author_role = 'student' then prior_mean end)
            as student_prior_mean,
        max(case when author_role = 'student' then prior_weight end)
            as student_prior_weight
    from {{ ref('int_ratings_pooled') }}
),

students as (
    select student_key, institution_unitid, school_type, major_family
    from {{ ref('dim_students') }}
),

dates as (
    select date_day, term, term_year, term_label from {{ ref('dim_dates') }}
),

described_engagements as (
    select
        engagements.engagement_id, engagements.application_id, engagements.project_id,
        engagements.root_project_id, engagements.employer_id, engagements.host_id,
        engagements.student_key, engagements.student_key as person_key,
        engagements.category, engagements.funded_by, students.institution_unitid,
        students.school_type, students.major_family, engagements.accepted_at,
        engagements.accepted_date,
        {{ month_of('engagements.accepted_date') }} as accepted_month,
        engagements.started_at, engagements.due_at, engagements.due_date,
        engagements.submitted_at, engagements.approved_at, engagements.approved_date,
        {{ month_of('engagements.approved_date') }} as approved_month,
        engagements.paid_at, engagements.cancelled_at, engagements.cancelled_by,
        timed_engagements.cancel_phase, dates.term, dates.term_year, dates.term_label,
        timed_engagements.due_term_label, timed_engagements.approved_term_label,
        engagements.fee_usd, engagements.platform_fee_usd, timed_engagements.is_started,
        timed_engagements.is_approved, timed_engagements.is_mature_accepted,
        timed_engagements.is_completed_of_accepted,
        timed_engagements.is_mature_completion, timed_engagements.is_completed_in_time,
        timed_engagements.is_timed, timed_engagements.is_on_time,
        timed_engagements.days_to_approve, timed_engagements.days_to_pay,
        engagements.amount_paid_usd, engagements.hours_reported,
        timed_engagements.is_hourly_pay_known, timed_engagements.floor_usd_per_hour,
        timed_engagements.is_under_floor, reviews.employer_rating, reviews.would_hire,
        reviews.student_rating,
        {% for flag_name, answer in [
            ('is_rated_by_employer', 'reviews.employer_rating is not null'),
            ('is_rated_by_student', 'reviews.student_rating is not null'),
            ('is_would_hire_answered', 'reviews.would_hire is not null'),
            ('is_would_hire', 'reviews.would_hire'),
        ] %}
            {{ flag('timed_engagements.is_approved = 1 and ' ~ answer) }}
                as {{ flag_name }},
        {% endfor %}
        priors.employer_prior_mean, priors.employer_prior_weight,
        priors.student_prior_mean, priors.student_prior_weight
    from engagements
    cross join priors
    inner join timed_engagements
        on engagements.engagement_id = timed_engagements.engagement_id
    left join students
        on engagements.student_key = students.student_key
    left join reviews
        on engagements.engagement_id = reviews.engagement_id
    left join dates
        on engagements.accepted_date = dates.date_day
)

select * from described_engagements
