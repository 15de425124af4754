{# Each cost line of a month begun by as_of: whose, what side, and how much. #}
with costs as (
    select
        cost_id, employer_id, period_month, cost_type, hours, hourly_rate_usd,
        amount_usd
    from {{ ref('stg_platform__costs') }}
),

cost_types as (
    select cost_type, side, is_comparable from {{ ref('cost_types') }}
),

employers as (
    select employer_id, host_id from {{ ref('int_employers_rooted') }}
),

cuts as (
    select as_of_date from {{ ref('stg_ops__as_of') }}
),

classed_costs as (
    select
        costs.cost_id,
        costs.employer_id,
        coalesce(employers.host_id, costs.employer_id) as host_id,
        {{ month_of('costs.period_month') }} as month_start_date,
        costs.cost_type,
        cost_types.side,
        cast(cost_types.is_comparable as bigint) as is_comparable,
        costs.hours,
        costs.hourly_rate_usd,
        cast(
            coalesce(costs.amount_usd, costs.hours * costs.hourly_rate_usd)
            as decimal(18, 2)
        ) as amount_usd
    from costs
    cross join cuts
    inner join cost_types
        on costs.cost_type = cost_types.cost_type
    left join employers
        on costs.employer_id = employers.employer_id
    where costs.period_month <= cuts.as_of_date
)

select * from classed_costs
