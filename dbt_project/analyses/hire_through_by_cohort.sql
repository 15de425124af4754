-- What share of completers was hired by their host within 6, 12 and 24 months, by term
-- of completion?
-- Cumulative incidence: a start elsewhere competes, and who is still waiting counts up
-- to the day until which they were watched. A share is blank where fewer than 10 were
-- still at risk on that day: young terms say nothing yet.
with cohorts as (
    select
        entry_days,
        exit_days,
        event_code,
        term_label as group_key
    from {{ ref('fct_person_host_outcomes') }}
    where is_at_risk = 1
),

curves as (
    select * from marts.cumulative_incidence('cohorts')
),

windows as (
    select unnest([180, 365, 730]) as window_days
),

readings as (
    select
        curves.group_key as term_label,
        windows.window_days,
        max(curves.host_incidence) filter (where curves.day <= windows.window_days)
            as hired_by_host,
        max(curves.elsewhere_incidence) filter (where curves.day <= windows.window_days)
            as hired_elsewhere,
        max(curves.at_risk_count) filter (where curves.day >= windows.window_days)
            as at_risk_count
    from curves
    cross join windows
    group by curves.group_key, windows.window_days
)

select
    readings.term_label,
    readings.window_days,
    coalesce(readings.at_risk_count, 0) as at_risk_count,
    case when readings.at_risk_count >= 10 then coalesce(readings.hired_by_host, 0) end
        as hired_by_host,
    case
        when readings.at_risk_count >= 10 then coalesce(readings.hired_elsewhere, 0)
    end as hired_elsewhere
from readings
inner join {{ ref('dim_terms') }} as terms
    on readings.term_label = terms.term_label
order by terms.term_start_date, readings.window_days
