{#
    How long a hire was seen in employment at the host. The last day of the stay ends it; the end of the host's watch
    censors it. Someone who leaves on the first day was there for one. The first year is known only where the watch
    covers it whole: of those who began before the watch, only the ones who stayed until then are seen.
#}
with hires as (
    select hire_id, host_id, start_date from {{ ref('int_hires_started') }}
),

stays as (
    select hire_id, left_date from {{ ref('int_hires_stayed') }}
),

observed_hosts as (
    select host_id, observable_from, observable_to from {{ ref('int_hosts_observed') }}
),

observed_hires as (
    select
        hires.hire_id,
        hires.start_date,
        stays.left_date,
        observed_hosts.observable_from,
        observed_hosts.observable_to,
        {{ date_after('hires.start_date', 365) }} as anniversary_date,
        least(
            coalesce(stays.left_date, observed_hosts.observable_to),
            observed_hosts.observable_to
        ) as seen_until
    from hires
    inner join stays
        on hires.hire_id = stays.hire_id
    inner join observed_hosts
        on hires.host_id = observed_hosts.host_id
    where hires.start_date <= observed_hosts.observable_to
),

retained_hires as (
    select
        hire_id,
        greatest({{ days_between('start_date', 'observable_from') }}, 0)
            as retention_entry_days,
        greatest({{ days_between('start_date', 'seen_until') }}, 1)
            as retention_exit_days,
        {{ flag('left_date <= observable_to') }} as retention_event_code,
        case
            when observable_from <= start_date and anniversary_date <= observable_to
                then {{ flag('coalesce(left_date >= anniversary_date, true)') }}
        end as is_retained_1_year
    from observed_hires
)

select * from retained_hires
