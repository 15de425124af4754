with costs as (
    select
        cost_id, employer_id, host_id, month_start_date, cost_type, side,
        is_comparable, hours, hourly_rate_usd, amount_usd
    from {{ ref('int_costs_classed') }}
)

select * from costs
