with current_feedback_competencies as (
    {{ current_version(
        'platform', 'feedback_competencies', ['feedback_id', 'competency']
    ) }}
),

feedback_competencies as (
    select
        feedback_id,
        competency,
        score
    from current_feedback_competencies
)

select * from feedback_competencies
