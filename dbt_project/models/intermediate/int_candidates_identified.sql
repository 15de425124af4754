with merges as (
    select candidate_key, survivor_key from {{ ref('int_candidates_merged') }}
),

links as (
    select survivor_key, student_key, tier from {{ ref('int_candidates_linked') }}
),

survivor_addresses as (
    select survivor_key, address from {{ ref('int_candidates_addressed') }}
),

{# People outside the platform: whoever shares an address, in whatever system, is one person. #}
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
        merges.candidate_key,
        merges.survivor_key,
        links.student_key,
        coalesce(links.tier, 'none') as tier,
        case
            when links.student_key is not null then links.student_key
            when links.survivor_key is not null then merges.survivor_key
            else coalesce(shared_keys.first_key, merges.survivor_key)
        end as person_key
    from merges
    left join links
        on merges.survivor_key = links.survivor_key
    left join shared_keys
        on merges.survivor_key = shared_keys.survivor_key
)

select * from identified_candidates
