{# A project that closed in its month of posting was open at no month's end. #}
with employers as (
    select employer_id, state from {{ ref('stg_platform__employers') }}
),

projects as (
    select
        projects.project_id,
        coalesce(projects.category, '') as category_key,
        coalesce(employers.state, '') as state_key,
        projects.slots,
        {{ month_of('projects.posted_at') }} as posted_month,
        {{ month_of('projects.closed_at') }} as closed_month
    from {{ ref('int_projects_hosted') }} as projects
    left join employers
        on projects.employer_id = employers.employer_id
    where
        projects.closed_at is null
        or {{ month_of('projects.closed_at') }} > {{ month_of('projects.posted_at') }}
),

acceptances as (
    select
        project_id,
        {{ month_of('accepted_at') }} as accepted_month,
        row_number() over (
            partition by project_id order by accepted_at nulls last, application_id
        ) as acceptance_number
    from {{ ref('int_applications_progressed') }}
    where accepted_at is not null
),

{# Each acceptance takes a slot while there is one, and while the project is open. #}
takings as (
    select
        projects.project_id,
        projects.category_key,
        projects.state_key,
        greatest(acceptances.accepted_month, projects.posted_month) as month_start_date
    from projects
    inner join acceptances
        on projects.project_id = acceptances.project_id
    where
        acceptances.acceptance_number <= projects.slots
        and (
            projects.closed_month is null
            or acceptances.accepted_month < projects.closed_month
        )
),

taken as (
    select
        project_id,
        count(*) as slot_count
    from takings
    group by project_id
),

changes as (
    select
        category_key, state_key, posted_month as month_start_date,
        slots as slot_change
    from projects
    union all
    select category_key, state_key, month_start_date, -1 as slot_change
    from takings
    union all
    select
        projects.category_key,
        projects.state_key,
        projects.closed_month as month_start_date,
        coalesce(taken.slot_count, 0) - projects.slots as slot_change
    from projects
    left join taken
        on projects.project_id = taken.project_id
    where projects.closed_month is not null
),

opened_months as (
    select
        category_key,
        state_key,
        month_start_date,
        cast(sum(slot_change) as bigint) as slot_change
    from changes
    group by category_key, state_key, month_start_date
)

select * from opened_months
