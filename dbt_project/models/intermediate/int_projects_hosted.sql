with projects as (
    select
        project_id, root_project_id, employer_id, department, title, category,
        is_remote, hours_estimated, slots, fee_usd, platform_fee_usd, funded_by,
        posted_at, application_deadline_at, closed_at, close_reason
    from {{ ref('stg_platform__projects') }}
),

employers as (
    select employer_id, host_id from {{ ref('int_employers_rooted') }}
),

hosted_projects as (
    select
        projects.*,
        coalesce(employers.host_id, projects.employer_id) as host_id
    from projects
    left join employers
        on projects.employer_id = employers.employer_id
)

select * from hosted_projects
