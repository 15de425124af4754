with students as (
    select student_key, consent_withdrawn_at from {{ ref('stg_platform__students') }}
),

withdrawn_students as (
    select student_key, consent_withdrawn_at
    from students
    where consent_withdrawn_at is not null
)

select * from withdrawn_students
