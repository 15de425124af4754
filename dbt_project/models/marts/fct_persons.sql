with applications as (
    select
        person_key,
        cast(count(*) as bigint) as application_count,
        cast(sum(is_selected_ever) as bigint) as selection_count,
        min(applied_at) as first_applied_at,
        min(selected_at) as first_selected_at
    from {{ ref('fct_applications') }}
    where person_key is not null
    group by person_key
),

completions as (
    select
        person_key, completion_count, project_count, industry_count, pay_usd
    from {{ ref('int_persons_completed') }}
),

students as (
    select student_key, institution_unitid, school_type, degree_level, major_family
    from {{ ref('dim_students') }}
),

dates as (
    select date_day, term, term_year, term_label from {{ ref('dim_dates') }}
),

cuts as (
    select as_of from {{ ref('stg_ops__as_of') }}
),

dated_applications as (
    select
        applications.*,
        cast(first_applied_at as date) as first_applied_date,
        {{ days_after('first_applied_at', 90) }} as success_ends_at
    from applications
),

described_persons as (
    select
        applications.person_key,
        applications.person_key as student_key,
        students.institution_unitid,
        students.school_type,
        students.degree_level,
        students.major_family,
        applications.first_applied_at,
        applications.first_applied_date,
        {{ month_of('applications.first_applied_date') }} as first_applied_month,
        dates.term,
        dates.term_year,
        dates.term_label,
        applications.application_count,
        applications.selection_count,
        applications.first_selected_at,
        {{ flag('applications.success_ends_at <= cuts.as_of') }} as is_mature_90_days,
        {{ flag(
            'applications.success_ends_at <= cuts.as_of'
            ~ ' and applications.first_selected_at <= applications.success_ends_at'
        ) }} as is_selected_90_days,
        {{ flag('applications.application_count >= 3') }} as is_applied_3_times,
        {{ flag(
            'applications.application_count >= 3 and applications.selection_count = 0'
        ) }} as is_never_selected,
        {{ flag('completions.completion_count > 0') }} as is_completer,
        coalesce(completions.completion_count, 0) as completion_count,
        completions.project_count,
        completions.industry_count,
        completions.pay_usd
    from dated_applications as applications
    cross join cuts
    left join completions
        on applications.person_key = completions.person_key
    left join students
        on applications.person_key = students.student_key
    left join dates
        on applications.first_applied_date = dates.date_day
)

select * from described_persons
