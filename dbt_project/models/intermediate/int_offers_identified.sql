with offers as (
    select
        system, offer_id, version, application_id, status, sent_at, resolved_at,
        starts_at, employment_type, salary_usd, is_new_position,
        row_number() over (partition by system, offer_id order by version desc)
            as recency
    from {{ ref('stg_outcomes__ats_offers') }}
),

offer_histories as (
    select
        system,
        offer_id,
        min(sent_at) as first_sent_at,
        min(case when status = 'accepted' then resolved_at end) as accepted_at,
        max(case when status = 'accepted' then 1 else 0 end) as was_accepted
    from offers
    group by system, offer_id
),

ats_applications as (
    select system, application_id, candidate_key, job_id, employer_id, rejected_at
    from {{ ref('stg_outcomes__ats_applications') }}
),

jobs as (
    select system, job_id, department, employment_type
    from {{ ref('stg_outcomes__ats_jobs') }}
),

candidates as (
    select candidate_key, student_key, person_key
    from {{ ref('int_candidates_identified') }}
),

employers as (
    select employer_id, host_id from {{ ref('int_employers_rooted') }}
),

types as (
    select employer_id, system, employment_type, is_full_time, is_internship
    from {{ ref('int_employment_types_mapped') }}
),

identified_offers as (
    select
        offers.system,
        offers.offer_id,
        offers.application_id,
        ats_applications.employer_id,
        coalesce(employers.host_id, ats_applications.employer_id) as host_id,
        candidates.student_key,
        coalesce(candidates.person_key, ats_applications.candidate_key) as person_key,
        jobs.department as job_department,
        offer_histories.first_sent_at as sent_at,
        offers.status,
        offers.resolved_at,
        offer_histories.accepted_at,
        offer_histories.was_accepted,
        {{ flag(
            "offer_histories.was_accepted = 1 and (offers.status <> 'accepted'"
            ~ ' or offer_histories.accepted_at <= ats_applications.rejected_at'
            ~ ' and coalesce(ats_applications.rejected_at < offers.starts_at, true))'
        ) }} as is_reneged,
        offers.starts_at,
        offers.employment_type,
        types.is_full_time,
        types.is_internship,
        offers.salary_usd,
        offers.is_new_position
    from offers
    inner join offer_histories
        on
            offers.system = offer_histories.system
            and offers.offer_id = offer_histories.offer_id
    left join ats_applications
        on
            offers.system = ats_applications.system
            and offers.application_id = ats_applications.application_id
    left join jobs
        on
            ats_applications.system = jobs.system
            and ats_applications.job_id = jobs.job_id
    left join candidates
        on ats_applications.candidate_key = candidates.candidate_key
    left join employers
        on ats_applications.employer_id = employers.employer_id
    left join types
        on
            ats_applications.employer_id = types.employer_id
            and offers.system = types.system
            and offers.employment_type = types.employment_type
    where offers.recency = 1
)

select * from identified_offers
