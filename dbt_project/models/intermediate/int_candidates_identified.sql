with merged_candidates as (
    select candidate_key, survivor_key from {{ ref('int_candidates_merged') }}
),

links as (
    select survivor_key, student_key, tier from {{ ref('int_candidates_linked') }}
),

survivor_addresses as (
    select survivor_key, address from {{ ref('int_candidates_addressed') }}
),

{# Outside the platform, whoever shares an address, in any system, is one person. #}
unlinked_addresses as (
    select
        survivor_addresses.address,
        min(survivor_addresses.survivor_key) as first_key
    from survivor_addresses
    left join links
        on survivor_addresses.survivor_key = links.survivor_key
    where links.survivor_key is null
    group by survivor_addresses.address
),

shared_keys as (
    select
        survivor_addresses.survivor_key,
        min(unlinked_addresses.first_key) as first_key
    from survivor_addresses
    inner join unlinked_addresses
        on survivor_addresses.address = unlinked_addresses.address
    group by survivor_addresses.survivor_key
),

identified_candidates as (
    select
        merged_candidates.candidate_key,
        merged_candidates.survivor_key,
        links.student_key,
        coalesce(links.tier, 'none') as tier,
        case
            when links.student_key is not null then links.student_key
            when links.survivor_key is not null then merged_candidates.survivor_key
            else coalesce(shared_keys.first_key, merged_candidates.survivor_key)
        end as person_key
    from merged_candidates
    left join links
        on merged_candidates.survivor_key = links.survivor_key
    left join shared_keys
        on merged_candidates.survivor_key = shared_keys.survivor_key
)

select * from identified_candidates
