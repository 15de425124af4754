{# Tier 1 is the exact address. A further tier adds its links here, below. #}
with survivor_addresses as (
    select survivor_key, address from {{ ref('int_candidates_addressed') }}
),

owned_addresses as (
    select address, student_count, student_key from {{ ref('int_addresses_owned') }}
),

exact_matches as (
    select
        survivor_addresses.survivor_key,
        count(distinct owned_addresses.student_key) as student_count,
        min(owned_addresses.student_key) as student_key,
        max(owned_addresses.student_count) as address_owner_count
    from survivor_addresses
    inner join owned_addresses
        on survivor_addresses.address = owned_addresses.address
    group by survivor_addresses.survivor_key
),

exact_links as (
    select
        survivor_key,
        case when student_count = 1 then student_key end as student_key,
        case when student_count = 1 then 'exact address' else 'ambiguous' end as tier
    from exact_matches
)

select * from exact_links
