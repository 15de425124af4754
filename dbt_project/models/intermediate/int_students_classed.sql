with students as (
    select
        student_key,
        graduation_date,
        deleted_at is not null as is_deleted,
        {{ class_year('graduation_date') }} as class_year
    from {{ ref('stg_platform__students') }}
    where consent_analytics and graduation_date is not null
),

classed_students as (
    select
        student_key,
        graduation_date,
        is_deleted,
        class_year,
        cast(concat(cast(class_year as string), '-12-31') as date) as class_deadline
    from students
)

select * from classed_students
