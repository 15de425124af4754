with persons_at_risk as (
    select 'platform' as scope_id, entry_days, exit_days, event_code
    from {{ ref('fct_person_outcomes') }}
    where is_at_risk = 1
),

curves as (
    {{ cumulative_incidence('persons_at_risk', curve_key='scope_id') }}
),

scoped_curves as (
    select
        group_key as scope_id,
        day,
        at_risk_count,
        host_count as hired_count,
        host_incidence as hired_incidence,
        host_lower as hired_lower,
        host_upper as hired_upper,
        survival
    from curves
)

select * from scoped_curves
