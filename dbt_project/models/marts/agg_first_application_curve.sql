with projects as (
    select
        host_id,
        first_application_exit_days,
        first_application_event_code
    from {{ ref('fct_projects') }}
),

waiting_projects as (
    select
        'platform' as scope_id,
        0 as entry_days,
        first_application_exit_days as exit_days,
        first_application_event_code as event_code
    from projects
    union all
    select
        host_id as scope_id,
        0 as entry_days,
        first_application_exit_days as exit_days,
        first_application_event_code as event_code
    from projects
),

curves as (
    {{ cumulative_incidence('waiting_projects', curve_key='scope_id') }}
),

scoped_curves as (
    select
        group_key as scope_id,
        day,
        at_risk_count,
        host_count as first_application_count,
        elsewhere_count as closed_count,
        host_incidence as first_application_incidence,
        host_lower as first_application_lower,
        host_upper as first_application_upper,
        elsewhere_incidence as closed_incidence,
        survival as waiting_share
    from curves
)

select * from scoped_curves
