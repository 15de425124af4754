-- Where do applications end that did not end in approved work, and how?
-- Only applications that are decided: those still open are not lost, and are left out.
-- One row per furthest stage and final state. Large shares at "applied" are usual;
-- losses after selection cost an employer most.
with applications as (
    select furthest_stage_rank, furthest_stage, current_state, is_open
    from {{ ref('fct_applications') }}
),

ended as (
    select furthest_stage_rank, furthest_stage, current_state
    from applications
    where is_open = 0 and furthest_stage <> 'approved'
)

select
    furthest_stage,
    current_state,
    count(*) as applications,
    count(*) / sum(count(*)) over () as share_of_all_ended,
    count(*) / sum(count(*)) over (partition by furthest_stage) as share_of_stage
from ended
group by furthest_stage_rank, furthest_stage, current_state
order by furthest_stage_rank asc, applications desc
