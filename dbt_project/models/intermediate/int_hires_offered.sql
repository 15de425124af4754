{# The last full-time offer that the person accepted from the host by the first day. #}
with hires as (
    select hire_id, person_key, host_id, start_date from {{ ref('int_hires_started') }}
),

offers as (
    select
        system, offer_id, application_id, person_key, host_id, accepted_at, salary_usd
    from {{ ref('int_offers_identified') }}
    where is_full_time and status = 'accepted'
),

accepted_offers as (
    select
        hires.hire_id,
        offers.system,
        offers.offer_id,
        offers.application_id,
        offers.salary_usd,
        row_number() over (
            partition by hires.hire_id
            order by offers.accepted_at desc, offers.offer_id asc
        ) as recency
    from hires
    inner join offers
        on
            hires.person_key = offers.person_key
            and hires.host_id = offers.host_id
            and cast(offers.accepted_at as date) <= hires.start_date
),

offered_hires as (
    select hire_id, system, offer_id, application_id, salary_usd
    from accepted_offers
    where recency = 1
)

select * from offered_hires
