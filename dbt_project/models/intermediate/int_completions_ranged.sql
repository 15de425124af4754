{# What somebody had done by a moment: a row holds until the next one. #}
with completions as (
    select engagement_id, student_key as person_key, approved_at
    from {{ ref('int_engagements_placed') }}
    where approved_at is not null and student_key is not null
),

ranged_completions as (
    select
        engagement_id,
        person_key,
        approved_at as valid_from,
        cast(
            row_number() over (
                partition by person_key order by approved_at, engagement_id
            ) as bigint
        ) as person_completion_count,
        coalesce(
            lead(approved_at) over (
                partition by person_key order by approved_at, engagement_id
            ),
            cast('9999-12-31 00:00:00' as timestamp)
        ) as person_valid_to
    from completions
)

select * from ranged_completions
