{# Segments are one project: it is completed with the first segment that is approved. #}
with completions as (
    select
        employer_id,
        root_project_id,
        min(approved_at) as completed_at,
        row_number() over (
            partition by employer_id order by min(approved_at), root_project_id
        ) as completion_number
    from {{ ref('int_engagements_placed') }}
    where approved_at is not null and employer_id is not null
    group by employer_id, root_project_id
),

completed_employers as (
    select
        employer_id,
        cast(count(*) as bigint) as completed_project_count,
        min(completed_at) as first_completed_at,
        min(case when completion_number = 2 then completed_at end)
            as second_completed_at
    from completions
    group by employer_id
)

select * from completed_employers
