with engagements as (
    select
        employer_id,
        host_id,
        accepted_month as month_start_date,
        cast(count(*) as bigint) as engagement_count,
        cast(sum(is_approved) as bigint) as completion_count,
        cast(sum(is_hired_365_days) as bigint) as hire_count,
        cast(sum(employer_fee_usd) as decimal(18, 2)) as fee_usd,
        cast(sum(hours_worked) as decimal(18, 2)) as hours_worked,
        cast(sum(work_value_usd) as decimal(18, 2)) as work_value_usd,
        max(concluded_date) as last_concluded_date
    from {{ ref('int_engagements_costed') }}
    group by employer_id, host_id, accepted_month
),

times as (
    select
        employer_id,
        host_id,
        month_start_date,
        cast(sum(amount_usd) as decimal(18, 2)) as time_cost_usd
    from {{ ref('fct_costs') }}
    where side = 'programme'
    group by employer_id, host_id, month_start_date
),

observed_hosts as (
    select host_id, observable_from, observable_to from {{ ref('int_hosts_observed') }}
),

months as (
    select employer_id, host_id, month_start_date from engagements
    union distinct
    select employer_id, host_id, month_start_date from times
),

programme_months as (
    select
        concat(months.employer_id, ':', cast(months.month_start_date as string))
            as programme_month_key,
        months.employer_id,
        months.host_id,
        months.month_start_date,
        coalesce(engagements.engagement_count, 0) as engagement_count,
        coalesce(engagements.completion_count, 0) as completion_count,
        coalesce(engagements.hire_count, 0) as hire_count,
        coalesce(engagements.fee_usd, 0) as fee_usd,
        coalesce(times.time_cost_usd, 0) as time_cost_usd,
        cast(
            coalesce(engagements.fee_usd, 0) + coalesce(times.time_cost_usd, 0)
            as decimal(18, 2)
        ) as programme_cost_usd,
        engagements.hours_worked,
        engagements.work_value_usd,
        {{ flag('times.time_cost_usd is not null') }} as is_time_reported,
        {{ flag(
            'observed_hosts.observable_from <= months.month_start_date and '
            ~ date_after(
                'greatest(' ~ last_day_of_month('months.month_start_date')
                ~ ', coalesce(engagements.last_concluded_date,'
                ~ ' months.month_start_date))', 365
            ) ~ ' <= observed_hosts.observable_to'
        ) }} as is_mature_365_days
    from months
    left join engagements
        on
            months.employer_id = engagements.employer_id
            and months.month_start_date = engagements.month_start_date
    left join times
        on
            months.employer_id = times.employer_id
            and months.month_start_date = times.month_start_date
    left join observed_hosts
        on months.host_id = observed_hosts.host_id
)

select * from programme_months
