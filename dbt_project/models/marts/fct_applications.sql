with applications as (
    select
        application_id, project_id, employer_id, host_id, student_key,
        student_key as person_key, category, applied_at,
        cast(applied_at as date) as applied_date, reviewed_at, shortlisted_at,
        interviewed_at, selected_at, rejected_at, withdrawn_at, expired_at, accepted_at,
        started_at, submitted_at, approved_at, furthest_stage_rank, current_state,
        is_mature_30_days, is_selected_30_days,
        least(selected_at, rejected_at, withdrawn_at, expired_at) as decided_at,
        {# Only completed work leads on to an outcome with the host. #}
        case when approved_at is not null then concat(student_key, ':', host_id) end
            as person_host_key
    from {{ ref('int_applications_progressed') }}
),

stages as (
    select stage_rank, stage from {{ ref('application_stages') }}
),

outcomes as (
    select
        person_host_key, is_pre_existing, is_offered, is_offer_accepted, is_hired,
        is_retained_1_year
    from {{ ref('fct_person_host_outcomes') }}
),

students as (
    select student_key, institution_unitid, school_type, major_family
    from {{ ref('dim_students') }}
),

dates as (
    select date_day, term, term_year, term_label from {{ ref('dim_dates') }}
),

flagged_applications as (
    select
        applications.application_id, applications.project_id, applications.employer_id,
        applications.host_id, applications.student_key, applications.person_key,
        applications.category, students.institution_unitid, students.school_type,
        students.major_family, applications.applied_at, applications.applied_date,
        {{ month_of('applications.applied_date') }} as applied_month, dates.term,
        dates.term_year, dates.term_label, applications.reviewed_at,
        applications.shortlisted_at, applications.interviewed_at,
        applications.selected_at, applications.rejected_at, applications.withdrawn_at,
        applications.expired_at, applications.accepted_at, applications.started_at,
        applications.submitted_at, applications.approved_at,
        stages.stage as furthest_stage, applications.furthest_stage_rank,
        applications.current_state,
        {{ flag("applications.current_state = 'open'") }} as is_open,
        applications.is_mature_30_days, applications.is_selected_30_days,
        {{ flag('applications.selected_at is not null') }} as is_selected_ever,
        {% for step, first, second in [
            ('shortlist', 'applied', 'shortlisted'),
            ('start', 'selected', 'started'),
            ('submit', 'started', 'submitted'),
            ('approve', 'submitted', 'approved')
        ] %}
            {{ elapsed_days(
                'applications.' ~ first ~ '_at', 'applications.' ~ second ~ '_at'
            ) }} as days_to_{{ step }},
        {% endfor %}
        {{ elapsed_days(
            'coalesce(applications.shortlisted_at, applications.applied_at)',
            'applications.selected_at'
        ) }} as days_to_select,
        {{ elapsed_days('applications.applied_at', 'applications.decided_at') }}
            as days_to_decision,
        outcomes.person_host_key,
        coalesce(outcomes.is_pre_existing, 0) as is_pre_existing,
        coalesce(outcomes.is_offered, 0) as is_offered,
        coalesce(outcomes.is_offer_accepted, 0) as is_offer_accepted,
        coalesce(outcomes.is_hired, 0) as is_hired,
        outcomes.is_retained_1_year
    from applications
    inner join stages
        on applications.furthest_stage_rank = stages.stage_rank
    left join outcomes
        on applications.person_host_key = outcomes.person_host_key
    left join students
        on applications.student_key = students.student_key
    left join dates
        on applications.applied_date = dates.date_day
)

select * from flagged_applications
