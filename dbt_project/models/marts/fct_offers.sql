with offers as (
    select
        system, offer_id, application_id, employer_id, host_id, person_key, student_key,
        job_department, sent_at, status, resolved_at, accepted_at, was_accepted,
        is_reneged, starts_at, employment_type, is_full_time, is_internship, salary_usd,
        is_new_position
    from {{ ref('int_offers_identified') }}
),

timed as (
    select system, offer_id, days_to_offer, job_days_to_fill, days_to_hire
    from {{ ref('int_offers_timed') }}
),

dates as (
    select date_day, term_label from {{ ref('dim_dates') }}
),

keyed_offers as (
    select
        concat(offers.system, ':', offers.offer_id) as offer_key,
        offers.system,
        offers.offer_id,
        offers.application_id,
        offers.employer_id,
        offers.host_id,
        offers.person_key,
        offers.student_key,
        offers.job_department,
        offers.sent_at,
        cast(offers.sent_at as date) as sent_date,
        dates.term_label,
        offers.status,
        offers.resolved_at,
        offers.accepted_at,
        offers.starts_at,
        offers.employment_type,
        offers.is_full_time,
        offers.is_internship,
        case
            when offers.is_full_time then 'full-time'
            when offers.is_internship then 'internship'
            when offers.is_full_time is not null then 'other'
        end as offer_kind,
        offers.salary_usd,
        offers.is_new_position,
        cast(offers.was_accepted as bigint) as is_accepted,
        {{ flag(
            "offers.was_accepted = 1 or offers.status in ('accepted', 'rejected')"
        ) }} as is_resolved,
        offers.is_reneged,
        {{ flag('offers.was_accepted = 1 and offers.is_new_position is not null') }}
            as is_position_known,
        {{ flag('offers.was_accepted = 1 and offers.is_new_position') }}
            as is_accepted_new_position,
        timed.days_to_offer,
        timed.job_days_to_fill,
        timed.days_to_hire
    from offers
    left join timed
        on offers.system = timed.system and offers.offer_id = timed.offer_id
    left join dates
        on cast(offers.sent_at as date) = dates.date_day
)

select * from keyed_offers
