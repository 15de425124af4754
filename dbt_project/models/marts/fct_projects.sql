with projects as (
    select * from {{ ref('int_projects_progressed') }}
),

completers as (
    select project_id, host_id, person_key from {{ ref('int_projects_completed') }}
),

pairs as (
    select person_key, host_id, is_mature_completer, is_hired_365_days
    from {{ ref('fct_person_host_outcomes') }}
),

{# Over once every completer is eligible and has had the year with the host. #}
test_drives as (
    select
        completers.project_id,
        min(pairs.is_mature_completer) as is_over,
        cast(sum(pairs.is_hired_365_days) as bigint) as hire_count
    from completers
    inner join pairs
        on
            completers.person_key = pairs.person_key
            and completers.host_id = pairs.host_id
    group by completers.project_id
),

dates as (
    select date_day, term, term_year, term_label from {{ ref('dim_dates') }}
),

flagged_projects as (
    select
        projects.project_id, projects.employer_id, projects.host_id,
        projects.root_project_id, projects.department, projects.title,
        projects.category, projects.funded_by, projects.is_remote,
        projects.hours_estimated, projects.slots, projects.fee_usd,
        projects.platform_fee_usd, projects.posted_at, projects.posted_date,
        {{ month_of('projects.posted_date') }} as posted_month, dates.term,
        dates.term_year, dates.term_label, projects.application_deadline_at,
        projects.closed_at, projects.closed_date,
        closed_dates.term_label as closed_term_label, projects.close_reason,
        projects.application_count, projects.application_count_7_days,
        projects.shortlisted_count, projects.selected_count, projects.accepted_count,
        projects.approved_count, projects.first_application_at,
        projects.first_accepted_at, projects.days_to_first_application,
        projects.days_to_fill, projects.first_application_exit_days,
        projects.first_application_event_code, projects.is_mature_7_days,
        {{ flag('projects.is_mature_7_days = 1'
            ~ ' and projects.application_count_7_days >= 5') }} as is_deep_7_days,
        {% for days in [14, 30, 60] %}
            projects.is_mature_{{ days }}_days,
            {{ flag('projects.is_mature_' ~ days ~ '_days = 1'
                ~ ' and projects.accepted_count_' ~ days ~ '_days > 0') }}
                as is_filled_{{ days }}_days,
            projects.is_mature_{{ days }}_days * least(
                projects.accepted_count_{{ days }}_days, projects.slots
            ) as slots_filled_{{ days }}_days,
        {% endfor %}
        {{ flag('projects.decided_count > 0') }} as is_decided,
        case when projects.decided_count > 0 then projects.shortlisted_count else 0 end
            as viable_candidate_count,
        {{ flag('projects.slots >= 2 and test_drives.is_over = 1') }}
            as is_mature_multi_slot,
        case
            when projects.slots >= 2 and test_drives.is_over = 1
                then test_drives.hire_count
            else 0
        end as multi_slot_hire_count,
        case
            when projects.accepted_count > 0 then 'filled'
            when projects.closed_at is null then 'open'
            when projects.application_count = 0 then 'closed without applications'
            when projects.selected_count = 0 then 'closed without selection'
            else 'closed without acceptance'
        end as zero_reason
    from projects
    left join test_drives
        on projects.project_id = test_drives.project_id
    left join dates
        on projects.posted_date = dates.date_day
    left join dates as closed_dates
        on projects.closed_date = closed_dates.date_day
)

select * from flagged_projects
