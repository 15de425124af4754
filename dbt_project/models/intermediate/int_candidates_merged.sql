with roots as (
    {{ roots(
        ref('stg_outcomes__ats_candidates'), 'candidate_key', 'merged_into_candidate_key'
    ) }}
),

merged_candidates as (
    select
        item_id as candidate_key,
        root_id as survivor_key
    from roots
)

select * from merged_candidates
