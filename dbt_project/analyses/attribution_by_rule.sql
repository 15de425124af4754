-- Which categories of work get the credit for hires, under three rules?
-- Here the rules disagree: first touch favours the work that people begin with, last
-- touch the work just before the hire, linear splits evenly. A category that ranks
-- high under all three is safe to name.
-- Metrics: hires_first_touch, hires_last_touch, hires_linear
with credits as (
    select category, credit_model, weight_365_days
    from {{ ref('fct_hire_attribution') }}
),

summed as (
    select
        category,
        coalesce(sum(weight_365_days) filter (where credit_model = 'first touch'), 0)
            as first_touch,
        coalesce(sum(weight_365_days) filter (where credit_model = 'last touch'), 0)
            as last_touch,
        coalesce(sum(weight_365_days) filter (where credit_model = 'linear'), 0)
            as linear
    from credits
    group by category
)

select
    category,
    cast(first_touch as double) as first_touch,
    cast(last_touch as double) as last_touch,
    cast(linear as double) as linear
from summed
order by linear desc, category asc
