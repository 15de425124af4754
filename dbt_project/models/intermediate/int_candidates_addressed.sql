with addresses as (
    select candidate_key, address from {{ ref('stg_outcomes__ats_candidate_emails') }}
),

merged_candidates as (
    select candidate_key, survivor_key from {{ ref('int_candidates_merged') }}
),

addressed_candidates as (
    select distinct
        coalesce(merged_candidates.survivor_key, addresses.candidate_key)
            as survivor_key,
        addresses.address
    from addresses
    left join merged_candidates
        on addresses.candidate_key = merged_candidates.candidate_key
    where addresses.address is not null
)

select * from addressed_candidates
