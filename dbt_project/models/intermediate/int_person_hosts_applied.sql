with ats_applications as (
    select candidate_key, employer_id, applied_at
    from {{ ref('stg_outcomes__ats_applications') }}
),

candidates as (
    select candidate_key, person_key from {{ ref('int_candidates_identified') }}
),

employers as (
    select employer_id, host_id from {{ ref('int_employers_rooted') }}
),

applied_person_hosts as (
    select
        candidates.person_key,
        coalesce(employers.host_id, ats_applications.employer_id) as host_id,
        min(ats_applications.applied_at) as ats_applied_at
    from ats_applications
    inner join candidates
        on ats_applications.candidate_key = candidates.candidate_key
    left join employers
        on ats_applications.employer_id = employers.employer_id
    group by
        candidates.person_key,
        coalesce(employers.host_id, ats_applications.employer_id)
)

select * from applied_person_hosts
