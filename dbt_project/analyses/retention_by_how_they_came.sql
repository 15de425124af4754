-- Do hires who came by a micro-internship stay longer than others?
-- Kaplan-Meier of employment from the first day of work; who is still there is
-- censored at the end of the watch. The groups differ in more than how they came, so a
-- difference is no proof of cause. Bands are 95 %.
with hires as (
    select
        retention_entry_days as entry_days,
        retention_exit_days as exit_days,
        retention_event_code as event_code,
        came_by as group_key
    from {{ ref('fct_hires') }}
    where is_new_hire = 1 and retention_event_code is not null
),

curves as (
    select * from marts.kaplan_meier('hires')
),

windows as (
    select unnest([90, 180, 365, 730]) as window_days
),

last_days as (
    select
        curves.group_key,
        windows.window_days,
        max(curves.day) filter (where curves.day <= windows.window_days) as last_day,
        max(curves.at_risk_count) filter (where curves.day >= windows.window_days)
            as at_risk_count
    from curves
    cross join windows
    group by curves.group_key, windows.window_days
)

select
    last_days.group_key as came_by,
    last_days.window_days,
    last_days.at_risk_count,
    curves.survival as still_employed,
    curves.survival_lower,
    curves.survival_upper
from last_days
inner join curves
    on
        last_days.group_key = curves.group_key
        and last_days.last_day = curves.day
where last_days.at_risk_count >= 10
order by came_by, last_days.window_days
