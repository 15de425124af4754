with hires as (
    select
        hire_id, evidence, employer_id, host_id, person_key, start_date, end_date,
        end_reason, performance_rating, hire_number
    from {{ ref('int_hires_started') }}
),

pairs as (
    select person_key, host_id, completed_date
    from {{ ref('int_person_hosts_completed') }}
),

followed as (
    select person_key, host_id, is_pre_existing
    from {{ ref('int_person_hosts_followed') }}
),

internships as (
    select
        person_key,
        host_id,
        min(start_date) as first_internship_start_date
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

students as (
    select student_key from {{ ref('dim_students') }}
),

offered as (
    select hire_id, salary_usd from {{ ref('int_hires_offered') }}
),

described_hires as (
    select
        hires.hire_id,
        hires.employer_id,
        hires.host_id,
        hires.person_key,
        students.student_key,
        hires.start_date,
        {{ month_of('hires.start_date') }} as start_month,
        hires.end_date,
        hires.end_reason,
        hires.performance_rating,
        hires.evidence,
        hires.hire_number,
        {{ flag('coalesce(hires.hire_number, 1) = 1') }} as is_new_hire,
        case
            when pairs.completed_date < hires.start_date then 'micro-internship'
            when internships.first_internship_start_date < hires.start_date
                then 'other intern'
            else 'neither'
        end as came_by,
        coalesce(followed.is_pre_existing, 0) as is_pre_existing,
        offered.salary_usd,
        retained.is_retained_1_year,
        retained.retention_entry_days,
        retained.retention_exit_days,
        retained.retention_event_code
    from hires
    left join pairs
        on hires.person_key = pairs.person_key and hires.host_id = pairs.host_id
    left join followed
        on hires.person_key = followed.person_key and hires.host_id = followed.host_id
    left join internships
        on
            hires.person_key = internships.person_key
            and hires.host_id = internships.host_id
    left join students
        on hires.person_key = students.student_key
    left join offered
        on hires.hire_id = offered.hire_id
    left join retained
        on hires.hire_id = retained.hire_id
)

select * from described_hires
