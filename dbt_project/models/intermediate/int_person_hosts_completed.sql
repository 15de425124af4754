with engagements as (
    select
        engagement_id, project_id, student_key, host_id, employer_id, category,
        approved_at,
        row_number() over (
            partition by student_key, host_id order by approved_at, engagement_id
        ) as completion_number
    from {{ ref('int_engagements_placed') }}
    where
        approved_at is not null
        and student_key is not null
        and host_id is not null
),

first_selections as (
    select student_key, host_id, first_selected_at
    from {{ ref('int_person_hosts_approached') }}
),

completions as (
    select
        student_key,
        host_id,
        cast(count(*) as bigint) as completion_count
    from engagements
    group by student_key, host_id
),

completed_pairs as (
    select
        engagements.student_key,
        engagements.student_key as person_key,
        engagements.host_id,
        engagements.employer_id,
        engagements.engagement_id as first_engagement_id,
        engagements.project_id,
        engagements.category,
        first_selections.first_selected_at,
        engagements.approved_at as first_completed_at,
        cast(engagements.approved_at as date) as completed_date,
        completions.completion_count
    from engagements
    inner join completions
        on
            engagements.student_key = completions.student_key
            and engagements.host_id = completions.host_id
    left join first_selections
        on
            engagements.student_key = first_selections.student_key
            and engagements.host_id = first_selections.host_id
    where engagements.completion_number = 1
)

select * from completed_pairs
