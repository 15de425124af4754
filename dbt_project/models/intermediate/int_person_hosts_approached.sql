with applications as (
    select student_key, host_id, applied_at, selected_at
    from {{ ref('int_applications_progressed') }}
    where student_key is not null and host_id is not null
),

approached_person_hosts as (
    select
        student_key,
        student_key as person_key,
        host_id,
        min(applied_at) as first_applied_at,
        cast(min(applied_at) as date) as first_applied_date,
        min(selected_at) as first_selected_at,
        cast(count(*) as bigint) as application_count
    from applications
    group by student_key, host_id
)

select * from approached_person_hosts
