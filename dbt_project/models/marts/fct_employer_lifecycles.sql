with postings as (
    select
        employer_id,
        min(host_id) as host_id,
        cast(count(*) as bigint) as project_count,
        min(posted_at) as first_posted_at
    from {{ ref('int_projects_hosted') }}
    where employer_id is not null
    group by employer_id
),

departments as (
    select
        employer_id,
        department,
        min(posted_at) as department_posted_at,
        row_number() over (
            partition by employer_id order by min(posted_at), department
        ) as department_number
    from {{ ref('int_projects_hosted') }}
    where department is not null and employer_id is not null
    group by employer_id, department
),

second_departments as (
    select employer_id, department_posted_at as second_department_at
    from departments
    where department_number = 2
),

completions as (
    select
        employer_id, completed_project_count, first_completed_at, second_completed_at
    from {{ ref('int_employers_completed') }}
),

employers as (
    select
        postings.employer_id,
        postings.host_id,
        postings.project_count,
        postings.first_posted_at,
        second_departments.second_department_at,
        coalesce(completions.completed_project_count, 0) as completed_project_count,
        completions.first_completed_at,
        completions.second_completed_at,
        {{ days_after('postings.first_posted_at', 365) }} as adoption_ends_at,
        {{ days_after('completions.first_completed_at', 180) }} as repeat_ends_at
    from postings
    left join second_departments
        on postings.employer_id = second_departments.employer_id
    left join completions
        on postings.employer_id = completions.employer_id
),

cuts as (
    select as_of from {{ ref('stg_ops__as_of') }}
),

flagged_employers as (
    select
        employers.employer_id as employer_lifecycle_key, employers.employer_id,
        employers.host_id, employers.project_count, employers.first_posted_at,
        cast(employers.first_posted_at as date) as first_posted_date,
        employers.second_department_at, employers.completed_project_count,
        employers.first_completed_at,
        cast(employers.first_completed_at as date) as first_completed_date,
        employers.second_completed_at,
        {{ flag('employers.repeat_ends_at <= cuts.as_of') }} as is_mature_180_days,
        {{ flag('employers.repeat_ends_at <= cuts.as_of'
            ~ ' and employers.second_completed_at <= employers.repeat_ends_at') }}
            as is_repeated_180_days,
        {{ flag('employers.adoption_ends_at <= cuts.as_of') }} as is_mature_365_days,
        {{ flag('employers.adoption_ends_at <= cuts.as_of'
            ~ ' and employers.second_department_at > employers.first_posted_at'
            ~ ' and employers.second_department_at <= employers.adoption_ends_at') }}
            as is_adopted_365_days
    from employers
    cross join cuts
)

select * from flagged_employers
