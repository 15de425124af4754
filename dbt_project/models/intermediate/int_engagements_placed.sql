with engagements as (
    select
        engagement_id, application_id, accepted_at, started_at, due_at, submitted_at,
        approved_at, paid_at, cancelled_at, cancelled_by, hours_reported,
        amount_paid_usd
    from {{ ref('stg_platform__engagements') }}
),

applications as (
    select application_id, project_id, student_key
    from {{ ref('stg_platform__applications') }}
),

projects as (
    select
        project_id, root_project_id, employer_id, host_id, category, funded_by,
        fee_usd, platform_fee_usd
    from {{ ref('int_projects_hosted') }}
),

placed_engagements as (
    select
        engagements.*,
        applications.project_id,
        applications.student_key,
        projects.root_project_id,
        projects.employer_id,
        projects.host_id,
        projects.category,
        projects.funded_by,
        projects.fee_usd,
        projects.platform_fee_usd
    from engagements
    left join applications
        on engagements.application_id = applications.application_id
    left join projects
        on applications.project_id = projects.project_id
)

select * from placed_engagements
