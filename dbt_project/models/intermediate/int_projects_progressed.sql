with projects as (
    select
        project_id, employer_id, host_id, root_project_id, department, title, category,
        funded_by, is_remote, hours_estimated, slots, fee_usd, platform_fee_usd,
        posted_at, cast(posted_at as date) as posted_date, application_deadline_at,
        closed_at, cast(closed_at as date) as closed_date, close_reason
    from {{ ref('int_projects_hosted') }}
),

applications as (
    select
        project_id, application_count, application_count_7_days, shortlisted_count,
        selected_count, decided_count, accepted_count, accepted_count_14_days,
        accepted_count_30_days, accepted_count_60_days, approved_count,
        first_application_at, first_accepted_at
    from {{ ref('int_projects_applied') }}
),

cuts as (
    select as_of from {{ ref('stg_ops__as_of') }}
),

progressed_projects as (
    select
        projects.*,
        {% for count in [
            'application_count', 'application_count_7_days', 'shortlisted_count',
            'selected_count', 'decided_count', 'accepted_count',
            'accepted_count_14_days', 'accepted_count_30_days',
            'accepted_count_60_days', 'approved_count'
        ] %}
            coalesce(applications.{{ count }}, 0) as {{ count }},
        {% endfor %}
        applications.first_application_at,
        applications.first_accepted_at,
        {{ elapsed_days('projects.posted_at', 'applications.first_application_at') }}
            as days_to_first_application,
        {{ elapsed_days('projects.posted_at', 'applications.first_accepted_at') }}
            as days_to_fill,
        {% for days in [7, 14, 30, 60] %}
            {{ flag(days_after('projects.posted_at', days) ~ ' <= cuts.as_of') }}
                as is_mature_{{ days }}_days,
        {% endfor %}
        {{ days_begun(
            'projects.posted_at',
            'coalesce(applications.first_application_at, projects.closed_at, cuts.as_of)'
        ) }} as first_application_exit_days,
        cast(
            case
                when applications.first_application_at is not null then 1
                when projects.closed_at is not null then 2
                else 0
            end as bigint
        ) as first_application_event_code
    from projects
    cross join cuts
    left join applications
        on projects.project_id = applications.project_id
)

select * from progressed_projects
