{# A comparison starts with the first choice, where the host's hires can be seen. #}
with applications as (
    select project_id, selected_at from {{ ref('int_applications_progressed') }}
    where selected_at is not null
),

projects as (
    select project_id, employer_id, host_id, category
    from {{ ref('int_projects_hosted') }}
),

observed_hosts as (
    select host_id, observable_from, observable_to from {{ ref('int_hosts_observed') }}
),

first_selections as (
    select
        project_id,
        min(selected_at) as first_selected_at
    from applications
    group by project_id
),

decided_projects as (
    select
        projects.project_id,
        projects.employer_id,
        projects.host_id,
        projects.category,
        first_selections.first_selected_at,
        cast(first_selections.first_selected_at as date) as first_selected_date,
        observed_hosts.observable_from,
        observed_hosts.observable_to
    from projects
    inner join first_selections
        on projects.project_id = first_selections.project_id
    inner join observed_hosts
        on projects.host_id = observed_hosts.host_id
)

select * from decided_projects
