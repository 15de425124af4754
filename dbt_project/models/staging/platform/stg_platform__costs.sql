with current_costs as (
    {{ current_version('platform', 'costs', ['cost_id']) }}
),

costs as (
    select
        cost_id,
        employer_id,
        period_month,
        cost_type,
        hours,
        hourly_rate_usd,
        amount_usd
    from current_costs
)

select * from costs
