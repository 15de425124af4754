with students as (
    select student_key, state, major_family from {{ ref('dim_students') }}
),

dates as (
    select date_day, term, term_year, term_label from {{ ref('dim_dates') }}
),

persons as (
    select student_key, first_applied_month from {{ ref('fct_persons') }}
),

selections as (
    select
        student_key,
        {{ month_of('selected_at') }} as month_start_date,
        cast(count(*) as bigint) as selection_count
    from {{ ref('fct_applications') }}
    where selected_at is not null and student_key is not null
    group by student_key, {{ month_of('selected_at') }}
),

activities as (
    select
        student_key,
        month_start_date,
        {{ flag('application_count > 0') }} as is_applied,
        0 as is_new,
        application_count,
        0 as is_selected,
        0 as selection_count,
        is_applied_30_days
    from {{ ref('int_student_months_applied') }}
    union all
    select
        student_key, first_applied_month as month_start_date, 0 as is_applied,
        1 as is_new, 0 as application_count, 0 as is_selected, 0 as selection_count,
        0 as is_applied_30_days
    from persons
    union all
    select
        student_key, month_start_date, 0 as is_applied, 0 as is_new,
        0 as application_count, 1 as is_selected, selection_count,
        0 as is_applied_30_days
    from selections
),

counted_months as (
    select
        activities.month_start_date,
        coalesce(students.state, '') as state_key,
        coalesce(students.major_family, '') as major_key,
        cast(sum(activities.is_applied) as bigint) as student_count,
        cast(sum(activities.is_new) as bigint) as new_student_count,
        cast(sum(activities.application_count) as bigint) as application_count,
        cast(sum(activities.is_selected) as bigint) as selected_student_count,
        cast(sum(activities.selection_count) as bigint) as selection_count,
        cast(sum(activities.is_applied_30_days) as bigint) as applicants_30_days
    from activities
    left join students
        on activities.student_key = students.student_key
    group by
        activities.month_start_date,
        coalesce(students.state, ''),
        coalesce(students.major_family, '')
),

student_months as (
    select
        concat(
            cast(counted_months.month_start_date as string), ':',
            counted_months.state_key, ':', counted_months.major_key
        ) as student_month_key,
        counted_months.month_start_date,
        dates.term,
        dates.term_year,
        dates.term_label,
        nullif(counted_months.state_key, '') as state,
        nullif(counted_months.major_key, '') as major_family,
        counted_months.student_count,
        counted_months.new_student_count,
        counted_months.application_count,
        counted_months.selected_student_count,
        counted_months.selection_count,
        counted_months.applicants_30_days
    from counted_months
    left join dates
        on counted_months.month_start_date = dates.date_day
)

select * from student_months
