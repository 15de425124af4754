{#
    Conversion after NACE: who of a class took a full-time offer by its 31 December. A start by then is one, since not
    every host records offers. Who was not watched from the completion to that day is immature, whatever is known.
#}
with pairs as (
    select person_key, host_id, completed_date
    from {{ ref('int_person_hosts_completed') }}
),

followed as (
    select
        person_key, host_id, observable_from, follow_up_ends_at, is_pre_existing,
        host_hired_date
    from {{ ref('int_person_hosts_followed') }}
),

offered as (
    select person_key, host_id, first_full_time_acceptance_at
    from {{ ref('int_person_hosts_offered') }}
),

students as (
    select student_key, class_year, class_deadline
    from {{ ref('int_students_classed') }}
    where not is_deleted
),

answers as (
    select student_key, is_nace_eligible from {{ ref('int_students_surveyed') }}
),

dated_pairs as (
    select
        pairs.person_key,
        pairs.host_id,
        pairs.completed_date,
        students.class_year,
        students.class_deadline
    from pairs
    inner join students
        on pairs.person_key = students.student_key
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
                or followed.observable_from > dated_pairs.completed_date
                or followed.follow_up_ends_at < dated_pairs.class_deadline
                then 'immature'
            when
                cast(offered.first_full_time_acceptance_at as date)
                <= dated_pairs.class_deadline
                or followed.host_hired_date <= dated_pairs.class_deadline
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
        on dated_pairs.person_key = answers.student_key
)

select * from classed_pairs
