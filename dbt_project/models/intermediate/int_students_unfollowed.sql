with students as (
    select student_key, joined_at, consent_analytics
    from {{ ref('stg_platform__students') }}
),

unfollowed_students as (
    select
        student_key,
        joined_at
    from students
    where not consent_analytics
)

select * from unfollowed_students
