{#
    How long a hire was seen in employment. A hire's last day ends it; the end of the host's feed
    censors it. Someone who leaves on the first day was there for one.
#}
with hires as (
    select hire_id, evidence, host_id, start_date, end_date
    from {{ ref('int_hires_started') }}
),

observed_hosts as (
    select host_id, observable_from, observable_to from {{ ref('int_hosts_observed') }}
),

observed_hires as (
    select
        hires.hire_id,
        hires.start_date,
        observed_hosts.observable_from,
        least(
            coalesce(hires.end_date, observed_hosts.observable_to),
            observed_hosts.observable_to
        ) as seen_until,
        {{ flag('hires.end_date <= observed_hosts.observable_to') }} as is_ended,
        {{ is_retained('hires', 'observed_hosts.observable_to') }} as is_retained_1_year
    from hires
    inner join observed_hosts
        on hires.host_id = observed_hosts.host_id
    where
        hires.evidence = 'employment'
        and hires.start_date <= observed_hosts.observable_to
),

retained_hires as (
    select
        hire_id,
        greatest({{ days_between('start_date', 'observable_from') }}, 0)
            as retention_entry_days,
        greatest({{ days_between('start_date', 'seen_until') }}, 1)
            as retention_exit_days,
        is_ended as retention_event_code,
        is_retained_1_year
    from observed_hires
)

select * from retained_hires
