-- What do students earn per hour, and how many engagements pay under the floor, by
-- category?
-- Only approved engagements with both hours and pay; the rest is unknown, not zero.
-- The rate is total pay over total hours, so long engagements weigh more.
-- Metrics: effective_hourly_pay, under_floor_rate
with engagements as (
    select
        category,
        is_approved,
        is_hourly_pay_known,
        is_under_floor,
        amount_paid_usd,
        hours_reported
    from {{ ref('fct_engagements') }}
)

select
    category,
    cast(sum(is_approved) as bigint) as approved,
    cast(sum(is_hourly_pay_known) as bigint) as with_known_pay,
    cast(
        sum(case when is_hourly_pay_known = 1 then amount_paid_usd end)
        / nullif(sum(case when is_hourly_pay_known = 1 then hours_reported end), 0)
        as double
    ) as effective_hourly_pay,
    sum(is_under_floor) / nullif(sum(is_hourly_pay_known), 0) as under_floor_rate
from engagements
group by category
order by effective_hourly_pay, category
