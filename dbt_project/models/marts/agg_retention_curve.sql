with hires as (
    select
        host_id,
        came_by,
        retention_entry_days,
        retention_exit_days,
        retention_event_code
    from {{ ref('fct_hires') }}
    where is_new_hire = 1 and retention_exit_days is not null
),

scoped_hires as (
    select
        'platform' as scope_id,
        came_by,
        retention_entry_days as entry_days,
        retention_exit_days as exit_days,
        retention_event_code as event_code
    from hires
    union all
    select
        host_id as scope_id,
        came_by,
        retention_entry_days as entry_days,
        retention_exit_days as exit_days,
        retention_event_code as event_code
    from hires
),

keyed_hires as (
    select
        scope_id || ' by ' || came_by as curve_id,
        scope_id,
        came_by,
        entry_days,
        exit_days,
        event_code
    from scoped_hires
),

curve_keys as (
    select distinct curve_id, scope_id, came_by from keyed_hires
),

curves as (
    {{ kaplan_meier('keyed_hires', curve_key='curve_id') }}
),

scoped_curves as (
    select
        curve_keys.scope_id,
        curve_keys.came_by,
        curves.day,
        curves.at_risk_count,
        curves.event_count as left_count,
        curves.survival as retained_share,
        curves.survival_lower as retained_lower,
        curves.survival_upper as retained_upper
    from curves
    inner join curve_keys
        on curves.group_key = curve_keys.curve_id
)

select * from scoped_curves
