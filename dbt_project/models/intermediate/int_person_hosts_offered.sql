with pairs as (
    select person_key, host_id, first_selected_at
    from {{ ref('int_person_hosts_completed') }}
),

offers as (
    select
        person_key, host_id, sent_at, accepted_at, was_accepted, is_full_time,
        is_internship
    from {{ ref('int_offers_identified') }}
),

offered_pairs as (
    select
        pairs.person_key,
        pairs.host_id,
        min(case when offers.is_full_time then offers.sent_at end)
            as first_full_time_offer_at,
        min(case when offers.is_internship then offers.sent_at end)
            as first_internship_offer_at,
        min(case when offers.is_full_time then offers.accepted_at end)
            as first_full_time_acceptance_at
    from pairs
    inner join offers
        on
            pairs.person_key = offers.person_key
            and pairs.host_id = offers.host_id
            and pairs.first_selected_at <= offers.sent_at
    group by pairs.person_key, pairs.host_id
)

select * from offered_pairs
