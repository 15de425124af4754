with engagements as (
    select
        project_id,
        host_id,
        student_key as person_key
    from {{ ref('int_engagements_placed') }}
    where
        approved_at is not null
        and project_id is not null
        and host_id is not null
        and student_key is not null
),

completed_projects as (
    select distinct
        project_id,
        host_id,
        person_key
    from engagements
)

select * from completed_projects
