-- What share of projects found somebody within 30 days of posting, by category?
-- Only projects posted at least 30 days before as_of are counted; the younger ones
-- stand beside them. A project is filled by its first accepted selection, even if it
-- has more slots.
-- Metrics: fill_rate_30_days, projects_mature_30_days
with projects as (
    select category, is_mature_30_days, is_filled_30_days
    from {{ ref('fct_projects') }}
)

select
    category,
    count(*) as projects_posted,
    cast(sum(is_mature_30_days) as bigint) as projects_mature_30_days,
    cast(sum(is_filled_30_days) as bigint) as projects_filled_30_days,
    sum(is_filled_30_days) / nullif(sum(is_mature_30_days), 0) as fill_rate_30_days
from projects
group by category
order by fill_rate_30_days desc nulls last, category asc
