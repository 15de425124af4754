with candidates as (
    select candidate_key, person_key, student_key, tier
    from {{ ref('int_candidates_identified') }}
),

tiers as (
    select
        tier,
        cast(count(*) as bigint) as candidate_count,
        cast(count(distinct person_key) as bigint) as person_count,
        cast(count(distinct student_key) as bigint) as student_count
    from candidates
    group by tier
)

select * from tiers
