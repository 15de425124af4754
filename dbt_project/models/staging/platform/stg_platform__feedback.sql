with current_feedback as (
    {{ current_version(
        'platform', 'feedback', ['feedback_id'], occurred_at='submitted_at'
    ) }}
),

feedback as (
    select
        feedback_id,
        engagement_id,
        author_role,
        rating,
        would_hire,
        submitted_at
    from current_feedback
)

select * from feedback
