with students as (
    select student_key, school_type, cast(joined_at as date) as joined_date
    from {{ ref('dim_students') }}
),

dates as (
    select date_day, term_label from {{ ref('dim_dates') }}
),

terms as (
    select term_label, term_start_date, term_number, is_complete
    from {{ ref('dim_terms') }}
),

joined_students as (
    select
        students.student_key,
        students.school_type,
        coalesce(students.school_type, 'unknown') as school_key,
        terms.term_label as joined_term_label,
        terms.term_number as joined_term_number
    from students
    inner join dates
        on students.joined_date = dates.date_day
    inner join terms
        on dates.term_label = terms.term_label
),

cohorts as (
    select
        joined_term_label,
        joined_term_number,
        school_key,
        min(school_type) as school_type,
        cast(count(*) as bigint) as student_count
    from joined_students
    group by joined_term_label, joined_term_number, school_key
),

active_students as (
    select student_key, term_label, 1 as is_applied, 0 as is_completed
    from {{ ref('fct_applications') }}
    group by student_key, term_label
    union all
    select
        engagements.student_key, dates.term_label, 0 as is_applied, 1 as is_completed
    from {{ ref('fct_engagements') }} as engagements
    inner join dates
        on engagements.approved_date = dates.date_day
    group by engagements.student_key, dates.term_label
),

activities as (
    select
        joined_students.joined_term_label,
        joined_students.school_key,
        active_students.term_label,
        cast(sum(active_students.is_applied) as bigint) as applied_count,
        cast(sum(active_students.is_completed) as bigint) as completed_count
    from active_students
    inner join joined_students
        on active_students.student_key = joined_students.student_key
    group by
        joined_students.joined_term_label, joined_students.school_key,
        active_students.term_label
),

student_terms as (
    select
        concat(
            cohorts.joined_term_label, ':', cohorts.school_key, ':', terms.term_label
        ) as student_term_key,
        cohorts.joined_term_label,
        cohorts.school_type,
        terms.term_label,
        terms.term_start_date,
        terms.term_number - cohorts.joined_term_number as terms_since_joining,
        cohorts.student_count,
        coalesce(activities.applied_count, 0) as applied_count,
        coalesce(activities.completed_count, 0) as completed_count
    from cohorts
    inner join terms
        on cohorts.joined_term_number <= terms.term_number and terms.is_complete = 1
    left join activities
        on
            cohorts.joined_term_label = activities.joined_term_label
            and terms.term_label = activities.term_label
            and cohorts.school_key = activities.school_key
)

select * from student_terms
