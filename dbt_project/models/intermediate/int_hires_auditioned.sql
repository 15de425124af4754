{#
    A rating given from the first day on may know how the hire turned out, and is no
    forecast.
#}
with preceded as (
    select hire_id, engagement_id, days_before_start, is_strict_host
    from {{ ref('int_hires_preceded') }}
),

hires as (
    select hire_id, start_date from {{ ref('int_hires_started') }}
),

feedback as (
    select feedback_id, engagement_id, rating, submitted_at
    from {{ ref('stg_platform__feedback') }}
    where author_role = 'employer'
),

ratings as (
    select
        preceded.hire_id,
        preceded.engagement_id,
        feedback.rating,
        row_number() over (
            partition by preceded.hire_id, preceded.engagement_id
            order by feedback.submitted_at desc, feedback.feedback_id desc
        ) as recency
    from preceded
    inner join hires
        on preceded.hire_id = hires.hire_id
    inner join feedback
        on
            preceded.engagement_id = feedback.engagement_id
            and cast(feedback.submitted_at as date) < hires.start_date
),

auditioned_hires as (
    select
        preceded.hire_id,
        max(preceded.days_before_start) as days_since_first_completion,
        min(preceded.days_before_start) as days_since_last_completion,
        max(preceded.is_strict_host) as is_by_strict_host,
        cast(avg(cast(ratings.rating as double)) as decimal(5, 4)) as project_rating
    from preceded
    left join ratings
        on
            preceded.hire_id = ratings.hire_id
            and preceded.engagement_id = ratings.engagement_id
            and ratings.recency = 1
    group by preceded.hire_id
)

select * from auditioned_hires
