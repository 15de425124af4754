{# Who stood in a host's choice for the first time, and what they had done before it. #}
with applications as (
    select
        application_id, project_id, student_key as person_key, selected_at, approved_at
    from {{ ref('int_applications_progressed') }}
),

considered as (
    select application_id from {{ ref('int_person_hosts_considered') }}
),

projects as (
    select
        project_id, employer_id, host_id, category, first_selected_at,
        first_selected_date, observable_from, observable_to
    from {{ ref('int_projects_decided') }}
),

completions as (
    select
        person_key, valid_from, person_completion_count, person_valid_to
    from {{ ref('int_completions_ranged') }}
),

unfollowed as (
    select student_key, joined_at from {{ ref('int_students_unfollowed') }}
),

compared_applications as (
    select
        applications.application_id,
        applications.project_id,
        projects.employer_id,
        projects.host_id,
        applications.person_key,
        projects.category,
        projects.first_selected_at,
        projects.first_selected_date,
        {{ flag('applications.selected_at is not null') }} as is_selected,
        {{ flag('applications.approved_at is not null') }} as is_completed,
        coalesce(earlier.person_completion_count, 0) as prior_completion_count,
        {{ flag(
            'projects.observable_from <= projects.first_selected_date and '
            ~ date_after('projects.first_selected_date', 365)
            ~ ' <= ' ~ follow_up_end('projects.observable_to', 'unfollowed.joined_at')
        ) }} as is_observed_365_days
    from considered
    inner join applications
        on considered.application_id = applications.application_id
    inner join projects
        on applications.project_id = projects.project_id
    left join unfollowed
        on applications.person_key = unfollowed.student_key
    left join completions as earlier
        on
            applications.person_key = earlier.person_key
            and projects.first_selected_at > earlier.valid_from
            and projects.first_selected_at <= earlier.person_valid_to
)

select * from compared_applications
