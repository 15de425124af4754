with addresses as (
    select candidate_key, address from {{ ref('stg_outcomes__ats_candidate_emails') }}
),

merges as (
    select candidate_key, survivor_key from {{ ref('int_candidates_merged') }}
),

addressed_candidates as (
    select distinct
        coalesce(merges.survivor_key, addresses.candidate_key) as survivor_key,
        addresses.address
    from addresses
    left join merges
        on addresses.candidate_key = merges.candidate_key
    where addresses.address is not null
)

select * from addressed_candidates
