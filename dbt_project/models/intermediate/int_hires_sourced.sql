{#
    The application in the host's own system that a hire came from: that of the accepted offer, else one marked
    as hired, else the last one made by the first day.
#}
with hires as (
    select hire_id, person_key, host_id, start_date from {{ ref('int_hires_started') }}
),

offered as (
    select hire_id, system, application_id from {{ ref('int_hires_offered') }}
),

candidates as (
    select candidate_key, person_key from {{ ref('int_candidates_identified') }}
),

employers as (
    select employer_id, host_id from {{ ref('int_employers_rooted') }}
),

ats_applications as (
    select
        applications.system,
        applications.application_id,
        applications.source_name,
        applications.applied_at,
        applications.hired_at,
        candidates.person_key,
        coalesce(employers.host_id, applications.employer_id) as host_id
    from {{ ref('stg_outcomes__ats_applications') }} as applications
    inner join candidates
        on applications.candidate_key = candidates.candidate_key
    left join employers
        on applications.employer_id = employers.employer_id
),

ranked_applications as (
    select
        hires.hire_id,
        ats_applications.source_name,
        row_number() over (
            partition by hires.hire_id
            order by
                case when offered.hire_id is not null then 0 else 1 end,
                case when ats_applications.hired_at is not null then 0 else 1 end,
                ats_applications.applied_at desc,
                ats_applications.application_id asc
        ) as preference
    from hires
    inner join ats_applications
        on
            hires.person_key = ats_applications.person_key
            and hires.host_id = ats_applications.host_id
            and cast(ats_applications.applied_at as date) <= hires.start_date
    left join offered
        on
            hires.hire_id = offered.hire_id
            and ats_applications.system = offered.system
            and ats_applications.application_id = offered.application_id
),

sourced_hires as (
    select
        hire_id,
        nullif(trim(source_name), '') as source_name
    from ranked_applications
    where preference = 1
)

select * from sourced_hires
