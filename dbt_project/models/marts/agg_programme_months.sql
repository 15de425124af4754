with months as (
    select
        programme_month_key, employer_id, host_id, month_start_date, chosen_count,
        engagement_count, completion_count, hire_count, fee_usd, time_cost_usd,
        programme_cost_usd, hours_worked, work_value_usd, is_time_reported,
        concluded_date
    from {{ ref('int_programme_months_costed') }}
),

observed_hosts as (
    select host_id, observable_from, observable_to from {{ ref('int_hosts_observed') }}
),

cuts as (
    select as_of_date from {{ ref('stg_ops__as_of') }}
),

programme_months as (
    select
        months.programme_month_key,
        months.employer_id,
        months.host_id,
        months.month_start_date,
        months.chosen_count,
        months.engagement_count,
        months.completion_count,
        months.hire_count,
        months.fee_usd,
        months.time_cost_usd,
        months.programme_cost_usd,
        months.hours_worked,
        months.work_value_usd,
        months.is_time_reported,
        {{ flag('months.concluded_date < cuts.as_of_date') }} as is_concluded,
        {{ flag(
            'observed_hosts.observable_from <= months.month_start_date and '
            ~ date_after('months.concluded_date', 365)
            ~ ' <= observed_hosts.observable_to'
        ) }} as is_mature_365_days
    from months
    cross join cuts
    left join observed_hosts
        on months.host_id = observed_hosts.host_id
)

select * from programme_months
