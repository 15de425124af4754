-- Are the selected hired more often than those who were passed over, by category?
-- The naive comparison: the selected differed before they were selected, so the
-- difference is not the effect of the project. Incremental hires on the ROI page
-- compare within one project and adjust; begin here, end there.
-- Metrics: selected_hire_rate_365_days, passed_over_hire_rate_365_days
with choices as (
    select category, is_selected, is_compared, is_hired_365_days
    from {{ ref('fct_selection_outcomes') }}
),

rates as (
    select
        category,
        sum(is_selected * is_compared) as selected,
        sum((1 - is_selected) * is_compared) as passed_over,
        sum(is_selected * is_hired_365_days)
        / nullif(sum(is_selected * is_compared), 0) as selected_hire_rate_365_days,
        sum((1 - is_selected) * is_hired_365_days)
        / nullif(sum((1 - is_selected) * is_compared), 0)
            as passed_over_hire_rate_365_days
    from choices
    group by category
)

select
    category,
    cast(selected as bigint) as selected,
    cast(passed_over as bigint) as passed_over,
    selected_hire_rate_365_days,
    passed_over_hire_rate_365_days,
    selected_hire_rate_365_days - passed_over_hire_rate_365_days as naive_difference
from rates
order by naive_difference desc nulls last, category asc
