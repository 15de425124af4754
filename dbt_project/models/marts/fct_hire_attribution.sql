with hires as (
    select hire_id, employer_id, host_id, person_key, student_key, start_date
    from {{ ref('fct_hires') }}
    where is_attributable = 1
),

credits as (
    select
        hire_id, engagement_id, credit_model, days_before_start, is_strict_host, weight,
        weight_180_days, weight_365_days, weight_730_days, strict_weight,
        strict_weight_180_days, strict_weight_365_days, strict_weight_730_days
    from {{ ref('int_hires_credited') }}
),

engagements as (
    select engagement_id, project_id, category, funded_by, accepted_at
    from {{ ref('int_engagements_placed') }}
),

projects as (
    select project_id, department from {{ ref('int_projects_hosted') }}
),

dates as (
    select date_day, term_label from {{ ref('dim_dates') }}
),

attributed_hires as (
    select
        concat(
            credits.hire_id, ':', credits.engagement_id, ':', credits.credit_model
        ) as hire_credit_key,
        credits.hire_id,
        credits.engagement_id,
        credits.credit_model,
        hires.employer_id,
        hires.host_id,
        hires.person_key,
        hires.student_key,
        engagements.project_id,
        engagements.category,
        projects.department,
        engagements.funded_by,
        dates.term_label,
        hires.start_date,
        {{ month_of('hires.start_date') }} as start_month,
        credits.days_before_start,
        credits.is_strict_host,
        credits.weight,
        credits.weight_180_days,
        credits.weight_365_days,
        credits.weight_730_days,
        credits.strict_weight,
        credits.strict_weight_180_days,
        credits.strict_weight_365_days,
        credits.strict_weight_730_days
    from credits
    inner join hires
        on credits.hire_id = hires.hire_id
    inner join engagements
        on credits.engagement_id = engagements.engagement_id
    left join projects
        on engagements.project_id = projects.project_id
    left join dates
        on cast(engagements.accepted_at as date) = dates.date_day
)

select * from attributed_hires
