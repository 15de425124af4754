-- Which employers come back: who completed a second project within 180 days of the
-- first, by industry?
-- Only employers whose first completion lies 180 days back are counted. Segments of
-- one parent project count once.
-- Metrics: repeat_rate, employers_mature_180_days
with lifecycles as (
    select employer_id, project_count, is_mature_180_days, is_repeated_180_days
    from {{ ref('fct_employer_lifecycles') }}
),

employers as (
    select employer_id, industry from {{ ref('dim_employers') }}
)

select
    employers.industry,
    count(*) as employers,
    cast(sum(lifecycles.is_mature_180_days) as bigint) as employers_mature_180_days,
    cast(sum(lifecycles.is_repeated_180_days) as bigint) as employers_repeated_180_days,
    sum(lifecycles.is_repeated_180_days)
    / nullif(sum(lifecycles.is_mature_180_days), 0) as repeat_rate,
    median(lifecycles.project_count) as projects_median
from lifecycles
inner join employers
    on lifecycles.employer_id = employers.employer_id
group by employers.industry
order by employers_mature_180_days desc, employers.industry asc
