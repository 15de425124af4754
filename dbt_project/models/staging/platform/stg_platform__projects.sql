with current_projects as (
    {{ current_version(
        'platform', 'projects', ['project_id'], occurred_at='posted_at'
    ) }}
),

projects as (
    select
        project_id,
        employer_id,
        coalesce(parent_project_id, project_id) as root_project_id,
        {{ without_contacts('department') }} as department,
        {{ without_contacts('title') }} as title,
        {{ without_contacts('category') }} as category,
        soc_code,
        remote as is_remote,
        hours_estimated,
        slots,
        fee_usd,
        platform_fee_usd,
        funded_by,
        posted_at,
        application_deadline_at,
        {{ seen('closed_at') }},
        case when closed_at <= as_of then close_reason end as close_reason
    from current_projects
)

select * from projects
