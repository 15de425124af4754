with pairs_at_risk as (
    select 'platform' as scope_id, entry_days, exit_days, event_code
    from {{ ref('fct_person_host_outcomes') }}
    where is_at_risk = 1
    union all
    select host_id as scope_id, entry_days, exit_days, event_code
    from {{ ref('fct_person_host_outcomes') }}
    where is_at_risk = 1
),

curves as (
    {{ cumulative_incidence('pairs_at_risk', curve_key='scope_id') }}
),

scoped_curves as (
    select
        group_key as scope_id,
        day,
        at_risk_count,
        host_count,
        elsewhere_count,
        host_incidence,
        host_lower,
        host_upper,
        elsewhere_incidence,
        survival
    from curves
)

select * from scoped_curves
