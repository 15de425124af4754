{#
    The first choice of a host in which a person stood: had applied by then, and not
    withdrawn. One choice for each pair, so that a hire counts once.
#}
with applications as (
    select
        application_id, project_id, student_key as person_key, applied_at, withdrawn_at
    from {{ ref('int_applications_progressed') }}
    where student_key is not null
),

projects as (
    select project_id, host_id, first_selected_at from {{ ref('int_projects_decided') }}
),

standing_applications as (
    select
        applications.application_id,
        applications.person_key,
        projects.host_id,
        projects.first_selected_at
    from applications
    inner join projects
        on applications.project_id = projects.project_id
    where
        applications.applied_at <= projects.first_selected_at
        and (
            applications.withdrawn_at is null
            or applications.withdrawn_at > projects.first_selected_at
        )
),

first_choices as (
    select
        person_key,
        host_id,
        min(first_selected_at) as first_selected_at
    from standing_applications
    group by person_key, host_id
),

considered_person_hosts as (
    select
        first_choices.person_key,
        first_choices.host_id,
        min(standing_applications.application_id) as application_id
    from first_choices
    inner join standing_applications
        on
            first_choices.person_key = standing_applications.person_key
            and first_choices.host_id = standing_applications.host_id
            and first_choices.first_selected_at
            = standing_applications.first_selected_at
    group by first_choices.person_key, first_choices.host_id
)

select * from considered_person_hosts
