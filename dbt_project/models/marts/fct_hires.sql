with hires as (
    select
        hire_id, evidence, employer_id, host_id, person_key, start_date, end_date,
        end_reason, performance_rating, hire_number
    from {{ ref('int_hires_started') }}
),

auditioned as (
    select
        hire_id, days_since_first_completion, days_since_last_completion,
        is_by_strict_host, project_rating
    from {{ ref('int_hires_auditioned') }}
),

followed as (
    select person_key, host_id, is_pre_existing
    from {{ ref('int_person_hosts_followed') }}
),

internships as (
    select person_key, host_id, min(start_date) as first_internship_start_date
    from {{ ref('int_employments_identified') }}
    where is_internship
    group by person_key, host_id
),

retained as (
    select
        hire_id, retention_entry_days, retention_exit_days, retention_event_code,
        is_retained_1_year
    from {{ ref('int_hires_retained') }}
),

stayed as (select hire_id, left_date from {{ ref('int_hires_stayed') }}),

offered as (select hire_id, salary_usd from {{ ref('int_hires_offered') }}),

sourced as (select hire_id, source_name from {{ ref('int_hires_sourced') }}),

students as (select student_key from {{ ref('dim_students') }}),

dates as (select date_day, term_label from {{ ref('dim_dates') }}),

described_hires as (
    select
        hires.hire_id, hires.employer_id, hires.host_id, hires.person_key,
        students.student_key, hires.start_date,
        {{ month_of('hires.start_date') }} as start_month, dates.term_label,
        hires.end_date, stayed.left_date, hires.end_reason, hires.performance_rating,
        hires.evidence, hires.hire_number,
        {{ flag('coalesce(hires.hire_number, 1) = 1') }} as is_new_hire,
        case
            when auditioned.hire_id is not null then 'micro-internship'
            when interned.first_internship_start_date < hires.start_date
                then 'other intern'
            else 'neither'
        end as came_by,
        coalesce(followed.is_pre_existing, 0) as is_pre_existing,
        {{ flag('auditioned.hire_id is not null and hires.hire_number = 1'
            ~ ' and coalesce(followed.is_pre_existing, 0) = 0') }} as is_attributable,
        coalesce(auditioned.is_by_strict_host, 0) as is_by_strict_host,
        auditioned.days_since_first_completion, auditioned.days_since_last_completion,
        auditioned.project_rating, sourced.source_name as ats_source_name,
        offered.salary_usd, retained.is_retained_1_year, retained.retention_entry_days,
        retained.retention_exit_days, retained.retention_event_code
    from hires
    left join auditioned
        on hires.hire_id = auditioned.hire_id
    left join followed
        on hires.person_key = followed.person_key and hires.host_id = followed.host_id
    left join internships as interned
        on hires.person_key = interned.person_key and hires.host_id = interned.host_id
    left join students
        on hires.person_key = students.student_key
    left join offered
        on hires.hire_id = offered.hire_id
    left join sourced
        on hires.hire_id = sourced.hire_id
    left join retained
        on hires.hire_id = retained.hire_id
    left join stayed
        on hires.hire_id = stayed.hire_id
    left join dates
        on hires.start_date = dates.date_day
),

influenced_hires as (
    select
        {% for days in [180, 365, 730] %}
            {{ flag(
                'is_attributable = 1 and days_since_last_completion <= ' ~ days
            ) }} as is_influenced_{{ days }}_days,
        {% endfor %}
        described_hires.*
    from described_hires
)

select * from influenced_hires
