{# Segments of one parent project count once: what is counted is root projects. #}
with engagements as (
    select student_key, host_id, root_project_id, approved_at
    from {{ ref('int_engagements_placed') }}
    where
        approved_at is not null
        and student_key is not null
        and host_id is not null
),

completed_roots as (
    select
        student_key,
        host_id,
        root_project_id,
        min(approved_at) as completed_at
    from engagements
    group by student_key, host_id, root_project_id
),

numbered_roots as (
    select
        completed_roots.*,
        row_number() over (
            partition by student_key, host_id order by completed_at, root_project_id
        ) as root_number
    from completed_roots
),

repeated_pairs as (
    select
        student_key as person_key,
        host_id,
        completed_at as second_completed_at
    from numbered_roots
    where root_number = 2
)

select * from repeated_pairs
