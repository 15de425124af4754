with current_first_destinations as (
    {{ current_version(
        'outcomes', 'first_destinations',
        ['response_id'], occurred_at='surveyed_at'
    ) }}
),

pseudonyms as (
    select student_id, student_key from {{ source('pseudonyms', 'students') }}
),

first_destinations as (
    select
        current_first_destinations.response_id,
        pseudonyms.student_key,
        current_first_destinations.outcome,
        current_first_destinations.employer_name,
        current_first_destinations.position,
        current_first_destinations.salary_usd,
        current_first_destinations.surveyed_at
    from current_first_destinations
    left join pseudonyms
        on current_first_destinations.student_id = pseudonyms.student_id
)

select * from first_destinations
