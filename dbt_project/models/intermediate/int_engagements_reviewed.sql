with feedback as (
    select
        engagement_id, author_role, rating, would_hire,
        row_number() over (
            partition by engagement_id, author_role
            order by submitted_at desc, feedback_id desc
        ) as recency
    from {{ ref('stg_platform__feedback') }}
),

reviewed_engagements as (
    select
        engagement_id,
        max(case when author_role = 'employer' then rating end) as employer_rating,
        max(case when author_role = 'employer' then would_hire end) as would_hire,
        max(case when author_role = 'student' then rating end) as student_rating
    from feedback
    where recency = 1
    group by engagement_id
)

select * from reviewed_engagements
