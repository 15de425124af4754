{# Conversion after NACE: who of a class took a full-time offer by its 31 December. #}
with pairs as (
    select person_key, host_id, completed_date
    from {{ ref('int_person_hosts_completed') }}
),

followed as (
    select person_key, host_id, follow_up_ends_at, is_pre_existing
    from {{ ref('int_person_hosts_followed') }}
),

offered as (
    select person_key, host_id, first_full_time_acceptance_at
    from {{ ref('int_person_hosts_offered') }}
),

students as (
    select
        student_key,
        case
            when extract(month from graduation_date) <= 6
                then extract(year from graduation_date)
            else extract(year from graduation_date) + 1
        end as class_year
    from {{ ref('stg_platform__students') }}
    where consent_analytics
),

answers as (
    select
        first_destinations.student_key,
        destinations.is_nace_eligible,
        row_number() over (
            partition by first_destinations.student_key
            order by
                first_destinations.surveyed_at desc,
                first_destinations.response_id asc
        ) as recency
    from {{ ref('stg_outcomes__first_destinations') }} as first_destinations
    inner join {{ ref('nace_destinations') }} as destinations
        on first_destinations.outcome = destinations.outcome
),

dated_pairs as (
    select
        pairs.person_key,
        pairs.host_id,
        pairs.completed_date,
        cast(students.class_year as bigint) as class_year,
        cast(
            concat(cast(cast(students.class_year as bigint) as string), '-12-31')
            as date
        ) as class_deadline
    from pairs
    inner join students
        on pairs.person_key = students.student_key
    where students.class_year is not null
),

classed_pairs as (
    select
        dated_pairs.person_key,
        dated_pairs.host_id,
        dated_pairs.class_year,
        case
            when followed.is_pre_existing = 1 then 'pre-existing'
            when dated_pairs.completed_date > dated_pairs.class_deadline
                then 'completed after'
            when answers.is_nace_eligible = 0 then 'not eligible'
            when
                followed.follow_up_ends_at is null
                or followed.follow_up_ends_at < dated_pairs.class_deadline
                then 'immature'
            when
                cast(offered.first_full_time_acceptance_at as date)
                <= dated_pairs.class_deadline
                then 'converted'
            when answers.student_key is null then 'unknown'
            else 'not converted'
        end as nace_status
    from dated_pairs
    inner join followed
        on
            dated_pairs.person_key = followed.person_key
            and dated_pairs.host_id = followed.host_id
    left join offered
        on
            dated_pairs.person_key = offered.person_key
            and dated_pairs.host_id = offered.host_id
    left join answers
        on dated_pairs.person_key = answers.student_key and answers.recency = 1
)

select * from classed_pairs
