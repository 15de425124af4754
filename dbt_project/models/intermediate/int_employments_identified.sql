with employments as (
    select
        employment_id, employer_id, system, candidate_key, address, email_key,
        start_date, end_date, end_reason, employment_type, performance_rating
    from {{ ref('stg_outcomes__employments') }}
),

employers as (
    select employer_id, host_id from {{ ref('int_employers_rooted') }}
),

candidates as (
    select candidate_key, student_key, person_key
    from {{ ref('int_candidates_identified') }}
),

owned_addresses as (
    select address, student_key from {{ ref('int_addresses_owned') }}
),

candidate_addresses as (
    select
        addressed.address,
        case
            when count(distinct candidates.person_key) = 1
                then min(candidates.person_key)
        end as person_key
    from {{ ref('int_candidates_addressed') }} as addressed
    inner join candidates
        on addressed.survivor_key = candidates.candidate_key
    group by addressed.address
),

types as (
    select employer_id, system, employment_type, is_full_time, is_internship
    from {{ ref('int_employment_types_mapped') }}
),

identified_employments as (
    select
        employments.employment_id,
        employments.employer_id,
        coalesce(employers.host_id, employments.employer_id) as host_id,
        coalesce(
            candidates.person_key,
            employments.candidate_key,
            owned_addresses.student_key,
            candidate_addresses.person_key,
            employments.email_key,
            concat('employment:', employments.employment_id)
        ) as person_key,
        employments.start_date,
        employments.end_date,
        employments.end_reason,
        employments.performance_rating,
        types.is_full_time,
        types.is_internship
    from employments
    left join employers
        on employments.employer_id = employers.employer_id
    left join candidates
        on employments.candidate_key = candidates.candidate_key
    left join owned_addresses
        on employments.address = owned_addresses.address
    left join candidate_addresses
        on employments.address = candidate_addresses.address
    left join types
        on
            coalesce(employments.employer_id, '*') = types.employer_id
            and coalesce(employments.system, '*') = types.system
            and employments.employment_type = types.employment_type
)

select * from identified_employments
