-- How far could the hires that nobody saw move hire-through?
-- Manski bounds: at least the hires that were seen, at most those and every unknown
-- outcome. The truth of a category lies between them whatever the unknown did, and
-- sampling error comes on top. A wide gap asks for outcome data, not for another
-- estimate.
-- Metrics: hire_through_lower_bound, hire_through_upper_bound, outcome_coverage
with pairs as (
    select category, is_due_365_days, is_known_365_days, is_known_hire_365_days
    from {{ ref('fct_person_host_outcomes') }}
)

select
    category,
    cast(sum(is_due_365_days) as bigint) as completers_due_365_days,
    sum(is_known_365_days) / nullif(sum(is_due_365_days), 0) as outcome_coverage,
    sum(is_known_hire_365_days) / nullif(sum(is_due_365_days), 0)
        as hire_through_lower_bound,
    sum(is_known_hire_365_days + is_due_365_days - is_known_365_days)
    / nullif(sum(is_due_365_days), 0) as hire_through_upper_bound
from pairs
group by category
order by outcome_coverage, category
