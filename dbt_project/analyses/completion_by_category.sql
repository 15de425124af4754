-- Does the work get done, and on time, by category?
-- Completion counts engagements that started and were due at least 14 days before
-- as_of; on time counts approved work with a due date. Work that never started is in
-- neither: see completion by intent to treat in the dictionary.
-- Metrics: completion_rate, on_time_rate
with engagements as (
    select
        category,
        is_mature_completion,
        is_completed_in_time,
        is_timed,
        is_on_time
    from {{ ref('fct_engagements') }}
)

select
    category,
    cast(sum(is_mature_completion) as bigint) as due,
    sum(is_completed_in_time) / nullif(sum(is_mature_completion), 0) as completion_rate,
    cast(sum(is_timed) as bigint) as approved_with_due_date,
    sum(is_on_time) / nullif(sum(is_timed), 0) as on_time_rate
from engagements
group by category
order by completion_rate, category
