with offers as (
    select
        system, offer_id, application_id, employer_id, host_id, person_key, student_key,
        job_department, sent_at, status, resolved_at, accepted_at, was_accepted,
        is_reneged, starts_at, employment_type, is_full_time, is_internship, salary_usd,
        is_new_position
    from {{ ref('int_offers_identified') }}
),

keyed_offers as (
    select
        concat(system, ':', offer_id) as offer_key,
        system,
        offer_id,
        application_id,
        employer_id,
        host_id,
        person_key,
        student_key,
        job_department,
        sent_at,
        cast(sent_at as date) as sent_date,
        status,
        resolved_at,
        accepted_at,
        starts_at,
        employment_type,
        is_full_time,
        is_internship,
        salary_usd,
        is_new_position,
        cast(was_accepted as bigint) as is_accepted,
        is_reneged
    from offers
)

select * from keyed_offers
