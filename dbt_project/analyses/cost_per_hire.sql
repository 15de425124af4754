-- What does a hire by way of a micro-internship cost, against a hire by all
-- recruiting, per employer?
-- Micro-internship cost: fees, supervision and screening of mature months over hires
-- within 365 days. Recruiting cost: external and internal costs of observed months
-- over new full-time starts. A blank is a zero denominator or no cost file. The last
-- row is the platform: pooled, not a mean of means.
-- Metrics: cost_per_micro_hire, cost_per_hire
with programme as (
    select
        host_id,
        sum(is_mature_365_days * hire_count) as micro_hires,
        sum(programme_cost_usd) filter (where is_mature_365_days = 1) as micro_cost_usd
    from {{ ref('agg_programme_months') }}
    group by rollup (host_id)
),

recruiting as (
    select
        host_id,
        sum(is_observed * hire_count) as all_hires,
        sum(recruiting_costs_usd) filter (where is_observed = 1) as recruiting_cost_usd
    from {{ ref('agg_recruiting_months') }}
    group by rollup (host_id)
)

select
    coalesce(programme.host_id, 'all employers') as host_id,
    cast(programme.micro_hires as bigint) as micro_hires,
    cast(programme.micro_cost_usd / nullif(programme.micro_hires, 0) as double)
        as cost_per_micro_hire,
    cast(recruiting.all_hires as bigint) as all_hires,
    cast(recruiting.recruiting_cost_usd / nullif(recruiting.all_hires, 0) as double)
        as cost_per_hire
from programme
left join recruiting
    on programme.host_id is not distinct from recruiting.host_id
order by programme.host_id nulls last
