with applications as (
    select application_id, project_id, student_key, applied_at, status
    from {{ ref('stg_platform__applications') }}
),

projects as (
    select project_id, employer_id, host_id, category, posted_at
    from {{ ref('int_projects_hosted') }}
),

times as (
    select
        application_id, stage_rank, current_state, reviewed_at, shortlisted_at,
        interviewed_at, selected_at, rejected_at, withdrawn_at, expired_at
    from {{ ref('int_applications_timed') }}
),

engagements as (
    select
        application_id,
        min(accepted_at) as accepted_at,
        min(started_at) as started_at,
        min(submitted_at) as submitted_at,
        min(approved_at) as approved_at
    from {{ ref('stg_platform__engagements') }}
    group by application_id
),

progressed_applications as (
    select
        applications.application_id,
        applications.project_id,
        applications.student_key,
        projects.employer_id,
        projects.host_id,
        projects.category,
        projects.posted_at,
        applications.applied_at,
        times.reviewed_at,
        times.shortlisted_at,
        times.interviewed_at,
        coalesce(times.selected_at, engagements.accepted_at) as selected_at,
        times.rejected_at,
        times.withdrawn_at,
        times.expired_at,
        engagements.accepted_at,
        engagements.started_at,
        engagements.submitted_at,
        engagements.approved_at,
        coalesce(times.current_state, applications.status, 'open') as current_state,
        cast(
            case
                when engagements.approved_at is not null then 6
                when engagements.submitted_at is not null then 5
                when engagements.started_at is not null then 4
                when engagements.accepted_at is not null then 3
                else coalesce(times.stage_rank, 1)
            end as bigint
        ) as furthest_stage_rank
    from applications
    left join projects
        on applications.project_id = projects.project_id
    left join times
        on applications.application_id = times.application_id
    left join engagements
        on applications.application_id = engagements.application_id
),

cuts as (
    select as_of from {{ ref('stg_ops__as_of') }}
),

dated_applications as (
    select
        progressed_applications.*,
        {{ days_after('applied_at', var('selection_window')) }} as selection_ends_at
    from progressed_applications
),

matured_applications as (
    select
        dated_applications.*,
        {{ flag('selection_ends_at <= cuts.as_of') }} as is_mature_30_days,
        {{ flag(
            'selection_ends_at <= cuts.as_of and selected_at <= selection_ends_at'
        ) }} as is_selected_30_days
    from dated_applications
    cross join cuts
)

select * from matured_applications
