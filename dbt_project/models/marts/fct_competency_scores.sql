with feedback as (
    select
        feedback_id,
        engagement_id,
        row_number() over (
            partition by engagement_id order by submitted_at desc, feedback_id desc
        ) as recency
    from {{ ref('stg_platform__feedback') }}
    where author_role = 'employer'
),

competencies as (
    select feedback_id, competency, score
    from {{ ref('stg_platform__feedback_competencies') }}
),

engagements as (
    select
        engagement_id, project_id, employer_id, host_id, student_key, person_key,
        category, major_family, approved_at, approved_date
    from {{ ref('fct_engagements') }}
    where is_approved = 1 and student_key is not null
),

persons as (
    select person_key, first_applied_date, term_label from {{ ref('fct_persons') }}
),

competency_scores as (
    select
        concat(engagements.engagement_id, ':', competencies.competency)
            as competency_score_key,
        engagements.engagement_id,
        engagements.project_id,
        engagements.employer_id,
        engagements.host_id,
        engagements.student_key,
        engagements.person_key,
        engagements.category,
        engagements.major_family,
        engagements.approved_date,
        persons.first_applied_date,
        persons.term_label,
        competencies.competency,
        competencies.score,
        row_number() over (
            partition by engagements.person_key, competencies.competency
            order by engagements.approved_at, engagements.engagement_id
        ) as score_number,
        count(*) over (
            partition by engagements.person_key, competencies.competency
        ) as score_count,
        first_value(competencies.score) over (
            partition by engagements.person_key, competencies.competency
            order by engagements.approved_at, engagements.engagement_id
        ) as first_score
    from feedback
    inner join competencies
        on feedback.feedback_id = competencies.feedback_id
    inner join engagements
        on feedback.engagement_id = engagements.engagement_id
    left join persons
        on engagements.person_key = persons.person_key
    where feedback.recency = 1
),

flagged_scores as (
    select
        competency_scores.*,
        {{ flag('score_number = score_count') }} as is_latest,
        {{ flag('score_number = score_count and score_count > 1') }} as is_compared
    from competency_scores
)

select * from flagged_scores
