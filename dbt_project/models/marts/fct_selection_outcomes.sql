with applications as (
    select
        application_id, project_id, employer_id, host_id, person_key, category,
        first_selected_at, first_selected_date, is_selected, is_completed,
        prior_completion_count, prior_host_completion_count, is_observed_365_days
    from {{ ref('int_applications_compared') }}
),

host_hires as (
    select person_key, host_id, start_date
    from {{ ref('int_hires_started') }}
    where hire_number = 1
),

first_hires as (
    select
        person_key,
        min(start_date) as first_start_date
    from {{ ref('int_hires_started') }}
    group by person_key
),

applied as (
    select person_key, host_id, ats_applied_at
    from {{ ref('int_person_hosts_applied') }}
),

students as (
    select student_key, major_family, graduation_date from {{ ref('dim_students') }}
),

distances as (
    select years_to_graduation, after_days, until_days
    from {{ ref('graduation_distances') }}
),

dates as (
    select date_day, term, term_year, term_label from {{ ref('dim_dates') }}
),

described_applications as (
    select
        applications.*,
        students.student_key,
        students.major_family,
        dates.term,
        dates.term_year,
        dates.term_label,
        {{ days_between(
            'applications.first_selected_date', 'students.graduation_date'
        ) }} as days_to_graduation,
        host_hires.start_date as host_hired_date,
        {{ flag(
            'coalesce(applied.ats_applied_at >= applications.first_selected_at, true)'
            ~ ' and coalesce(first_hires.first_start_date'
            ~ ' > applications.first_selected_date, true)'
        ) }} as is_eligible
    from applications
    left join host_hires
        on
            applications.person_key = host_hires.person_key
            and applications.host_id = host_hires.host_id
    left join first_hires
        on applications.person_key = first_hires.person_key
    left join applied
        on
            applications.person_key = applied.person_key
            and applications.host_id = applied.host_id
    left join students
        on applications.person_key = students.student_key
    left join dates
        on applications.first_selected_date = dates.date_day
),

distanced_applications as (
    select
        described_applications.*,
        distances.years_to_graduation
    from described_applications
    left join distances
        on
            described_applications.days_to_graduation > distances.after_days
            and described_applications.days_to_graduation <= distances.until_days
),

flagged_applications as (
    select
        application_id, project_id, employer_id, host_id, student_key, person_key,
        category, major_family, years_to_graduation, first_selected_at,
        first_selected_date, term, term_year, term_label, is_selected, is_completed,
        prior_completion_count, prior_host_completion_count, is_eligible,
        is_observed_365_days,
        {{ flag('is_eligible = 1 and is_observed_365_days = 1') }} as is_compared,
        {{ flag(
            'is_eligible = 1 and is_observed_365_days = 1 and host_hired_date <= '
            ~ date_after('first_selected_date', 365)
        ) }} as is_hired_365_days
    from distanced_applications
)

select * from flagged_applications
