{# What a student answered last: the first destination as it is known by as_of. #}
with first_destinations as (
    select
        student_key, outcome, surveyed_at,
        row_number() over (
            partition by student_key order by surveyed_at desc, response_id asc
        ) as recency
    from {{ ref('stg_outcomes__first_destinations') }}
),

destinations as (
    select outcome, is_nace_eligible, is_full_time, is_positive, is_seeking
    from {{ ref('nace_destinations') }}
),

surveyed_students as (
    select
        first_destinations.student_key,
        first_destinations.outcome,
        cast(first_destinations.surveyed_at as date) as surveyed_date,
        destinations.is_nace_eligible,
        destinations.is_full_time,
        destinations.is_positive,
        destinations.is_seeking
    from first_destinations
    inner join destinations
        on first_destinations.outcome = destinations.outcome
    where first_destinations.recency = 1 and first_destinations.student_key is not null
)

select * from surveyed_students
