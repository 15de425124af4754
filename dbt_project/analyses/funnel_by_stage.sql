-- How many applications reached each stage, and what share went on from the stage
-- before?
-- One cohort, all applications ever made, each counted at every stage up to its
-- furthest. Young applications may still move: `still_open` says how many of those
-- that stand at a stage are undecided, so read the shares of recent terms with care.
-- Metrics: applications, applications_reached_shortlisted,
-- applications_reached_selected, applications_reached_started,
-- applications_reached_submitted, applications_reached_approved
with applications as (
    select furthest_stage_rank, furthest_stage, is_open
    from {{ ref('fct_applications') }}
),

standing as (
    select
        furthest_stage_rank,
        furthest_stage,
        count(*) as stopped_here,
        sum(is_open) as still_open
    from applications
    group by furthest_stage_rank, furthest_stage
),

reached as (
    select
        furthest_stage_rank as stage_rank,
        furthest_stage as stage,
        cast(still_open as bigint) as still_open,
        cast(sum(stopped_here) over (order by furthest_stage_rank desc) as bigint)
            as reached
    from standing
)

select
    stage_rank,
    stage,
    reached,
    still_open,
    reached / lag(reached) over (order by stage_rank) as share_of_stage_before,
    reached / max(reached) over () as share_of_applications
from reached
order by stage_rank
