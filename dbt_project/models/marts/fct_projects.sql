with projects as (
    select
        project_id, employer_id, host_id, root_project_id, department, title, category,
        funded_by, is_remote, hours_estimated, slots, fee_usd, platform_fee_usd,
        posted_at, cast(posted_at as date) as posted_date, application_deadline_at,
        closed_at, close_reason
    from {{ ref('int_projects_hosted') }}
),

applications as (
    select
        project_id,
        cast(count(*) as bigint) as application_count,
        {% for stage, rank in [('shortlisted', 2), ('selected', 3), ('approved', 6)] %}
            cast(count(
                case when furthest_stage_rank >= {{ rank }} then 1 end
            ) as bigint) as {{ stage }}_count,
        {% endfor %}
        cast(count(accepted_at) as bigint) as accepted_count,
        min(applied_at) as first_application_at,
        min(accepted_at) as first_accepted_at
    from {{ ref('int_applications_progressed') }}
    group by project_id
),

cuts as (
    select as_of from {{ ref('stg_ops__as_of') }}
),

dates as (
    select date_day, term, term_year, term_label from {{ ref('dim_dates') }}
),

counted_projects as (
    select
        projects.*,
        {{ month_of('projects.posted_date') }} as posted_month,
        dates.term,
        dates.term_year,
        dates.term_label,
        {% for count in [
            'application', 'shortlisted', 'selected', 'accepted', 'approved'
        ] %}
            coalesce(applications.{{ count }}_count, 0) as {{ count }}_count,
        {% endfor %}
        applications.first_application_at,
        applications.first_accepted_at,
        {{ elapsed_days('projects.posted_at', 'applications.first_application_at') }}
            as days_to_first_application,
        {{ elapsed_days('projects.posted_at', 'applications.first_accepted_at') }}
            as days_to_fill,
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
        ) as first_application_event_code,
        {% for days in [14, 30, 60] %}
            {{ flag(days_after('projects.posted_at', days) ~ ' <= cuts.as_of') }}
                as is_mature_{{ days }}_days,
            {{ flag(
                days_after('projects.posted_at', days) ~ ' <= cuts.as_of'
                ~ ' and applications.first_accepted_at <= '
                ~ days_after('projects.posted_at', days)
            ) }} as is_filled_{{ days }}_days,
        {% endfor %}
        case
            when applications.accepted_count > 0 then 'filled'
            when projects.closed_at is null then 'open'
            when coalesce(applications.application_count, 0) = 0
                then 'closed without applications'
            else 'closed without selection'
        end as zero_reason
    from projects
    cross join cuts
    left join applications
        on projects.project_id = applications.project_id
    left join dates
        on projects.posted_date = dates.date_day
)

select * from counted_projects
