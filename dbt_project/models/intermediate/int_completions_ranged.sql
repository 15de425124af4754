{# What somebody had done by a moment: a row holds from one completion to the next. #}
with completions as (
    select engagement_id, student_key as person_key, host_id, approved_at
    from {{ ref('int_engagements_placed') }}
    where approved_at is not null and student_key is not null
),

ranged_completions as (
    select
        engagement_id,
        person_key,
        host_id,
        approved_at as valid_from,
        cast(
            row_number() over (
                partition by person_key order by approved_at, engagement_id
            ) as bigint
        ) as person_completion_count,
        lead(approved_at) over (
            partition by person_key order by approved_at, engagement_id
        ) as person_valid_to,
        cast(
            row_number() over (
                partition by person_key, host_id order by approved_at, engagement_id
            ) as bigint
        ) as host_completion_count,
        lead(approved_at) over (
            partition by person_key, host_id order by approved_at, engagement_id
        ) as host_valid_to
    from completions
)

select * from ranged_completions
