with applications as (
    select
        application_id, project_id, employer_id, host_id, person_key, category,
        first_selected_at, first_selected_date, is_selected, is_completed,
        prior_completion_count, is_observed_365_days
    from {{ ref('int_applications_compared') }}
),

screened as (
    select
        application_id, chosen_employer_id, chosen_date, chosen_month, is_chosen,
        is_eligible
    from {{ ref('int_applications_screened') }}
),

host_hires as (
    select person_key, host_id, start_date
    from {{ ref('int_hires_started') }}
    where hire_number = 1
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
        screened.chosen_employer_id,
        screened.chosen_date,
        screened.chosen_month,
        screened.is_chosen,
        screened.is_eligible,
        students.student_key,
        students.major_family,
        dates.term,
        dates.term_year,
        dates.term_label,
        {{ days_between(
            'applications.first_selected_date', 'students.graduation_date'
        ) }} as days_to_graduation,
        host_hires.start_date as host_hired_date
    from applications
    inner join screened
        on applications.application_id = screened.application_id
    left join host_hires
        on
            applications.person_key = host_hires.person_key
            and applications.host_id = host_hires.host_id
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
        prior_completion_count, chosen_employer_id, chosen_month, is_chosen,
        is_eligible, is_observed_365_days,
        {{ flag('is_eligible = 1 and is_observed_365_days = 1') }} as is_compared,
        {{ flag(
            'is_eligible = 1 and is_observed_365_days = 1 and is_selected = 0'
            ~ ' and chosen_date <= ' ~ date_after('first_selected_date', 365)
        ) }} as is_chosen_elsewhere_365_days,
        {{ flag(
            'is_eligible = 1 and is_observed_365_days = 1 and host_hired_date <= '
            ~ date_after('first_selected_date', 365)
        ) }} as is_hired_365_days
    from distanced_applications
)

select * from flagged_applications
