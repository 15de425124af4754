with costs as (
    select employer_id, host_id, month_start_date, side, is_comparable, amount_usd
    from {{ ref('fct_costs') }}
    where side in ('external', 'internal')
),

hires as (
    select
        employer_id,
        start_month,
        cast(count(*) as bigint) as hire_count,
        cast(count(salary_usd) as bigint) as known_pay_hire_count,
        cast(sum(salary_usd) as decimal(18, 2)) as first_year_pay_usd
    from {{ ref('fct_hires') }}
    where employer_id is not null and is_new_hire = 1
    group by employer_id, start_month
),

observed_hosts as (
    select host_id, observable_from, observable_to from {{ ref('int_hosts_observed') }}
),

cost_months as (
    select
        employer_id,
        host_id,
        month_start_date,
        {{ last_day_of_month('month_start_date') }} as month_end_date,
        {% for side in ['external', 'internal'] %}
            cast(
                sum(case when side = '{{ side }}' then amount_usd else 0 end)
                as decimal(18, 2)
            ) as {{ side }}_costs_usd,
        {% endfor %}
        cast(coalesce(sum(amount_usd), 0) as decimal(18, 2)) as recruiting_costs_usd,
        cast(
            sum(case when is_comparable = 1 then amount_usd else 0 end)
            as decimal(18, 2)
        ) as comparable_costs_usd
    from costs
    group by employer_id, host_id, month_start_date
),

hired_months as (
    select
        concat(
            cost_months.employer_id, ':', cast(cost_months.month_start_date as string)
        ) as recruiting_month_key,
        cost_months.employer_id,
        cost_months.host_id,
        cost_months.month_start_date,
        cost_months.external_costs_usd,
        cost_months.internal_costs_usd,
        cost_months.recruiting_costs_usd,
        cost_months.comparable_costs_usd,
        coalesce(hires.hire_count, 0) as hire_count,
        coalesce(hires.known_pay_hire_count, 0) as known_pay_hire_count,
        hires.first_year_pay_usd,
        {{ flag(
            'observed_hosts.observable_from <= cost_months.month_start_date'
            ~ ' and cost_months.month_end_date <= observed_hosts.observable_to'
        ) }} as is_observed
    from cost_months
    left join hires
        on
            cost_months.employer_id = hires.employer_id
            and cost_months.month_start_date = hires.start_month
    left join observed_hosts
        on cost_months.host_id = observed_hosts.host_id
),

recruiting_months as (
    select
        *,
        cast(
            sum(is_observed * hire_count) over (partition by employer_id) as bigint
        ) as employer_hire_count,
        cast(
            sum(is_observed * known_pay_hire_count) over (
                partition by employer_id
            ) as bigint
        ) as employer_known_pay_hire_count
    from hired_months
)

select * from recruiting_months
