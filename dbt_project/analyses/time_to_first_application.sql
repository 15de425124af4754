-- How soon does the first application to a project arrive, by category?
-- Cumulative incidence: a project that closes without an application competes, one
-- that still waits is censored at as_of. Read it as: of all projects, this share had
-- an application by that day. One minus Kaplan-Meier would say more.
with projects as (
    select
        0 as entry_days,
        first_application_exit_days as exit_days,
        first_application_event_code as event_code,
        category as group_key
    from {{ ref('fct_projects') }}
),

curves as (
    select * from marts.cumulative_incidence('projects')
)

select
    group_key as category,
    max(at_risk_count) as projects,
    max(host_incidence) filter (where day <= 1) as within_1_day,
    max(host_incidence) filter (where day <= 3) as within_3_days,
    max(host_incidence) filter (where day <= 7) as within_7_days,
    max(host_incidence) filter (where day <= 14) as within_14_days,
    max(host_incidence) filter (where day <= 30) as within_30_days,
    max(elsewhere_incidence) filter (where day <= 30) as closed_without_within_30_days
from curves
group by group_key
order by within_7_days desc nulls last, category asc
