{# A view: its rows are as many as applications, and are counted in one pass. #}
{{ config(materialized='view') }}

with applications as (
    select
        'selected' as stage, host_id, applied_at as clock_at, project_id,
        student_key, is_selected_30_days as is_advanced
    from {{ ref('int_applications_progressed') }}
    where is_mature_30_days = 1
),

engagements as (
    select
        'completed' as stage, placed.host_id, placed.due_at as clock_at,
        placed.project_id, placed.student_key, timed.is_completed_in_time as is_advanced
    from {{ ref('int_engagements_placed') }} as placed
    inner join {{ ref('int_engagements_timed') }} as timed
        on placed.engagement_id = timed.engagement_id
    where timed.is_mature_completion = 1
),

completers as (
    select
        completed.host_id, completed.first_completed_at as clock_at,
        cast(null as string) as project_id, completed.student_key,
        untold.is_offered, untold.is_hired
    from {{ ref('int_person_hosts_completed') }} as completed
    inner join {{ ref('int_person_hosts_untold') }} as untold
        on
            completed.person_key = untold.person_key
            and completed.host_id = untold.host_id
    where untold.is_watched = 1
),

staged_units as (
    select stage, host_id, clock_at, project_id, student_key, is_advanced
    from applications
    union all
    select stage, host_id, clock_at, project_id, student_key, is_advanced
    from engagements
    union all
    select
        'offered' as stage, host_id, clock_at, project_id, student_key,
        is_offered as is_advanced
    from completers
    union all
    select
        'hired' as stage, host_id, clock_at, project_id, student_key,
        is_hired as is_advanced
    from completers
),

months as (
    select month_start_date, term_label from {{ ref('int_months_termed') }}
),

students as (
    select
        student_key, school_type, major_family, gpa_band, gender, race_ethnicity,
        case when pell_recipient then 'yes' when not pell_recipient then 'no' end
            as pell,
        case when first_generation then 'yes' when not first_generation then 'no' end
            as first_generation
    from {{ ref('int_students_described') }}
),

described_units as (
    select
        staged_units.stage, staged_units.project_id,
        coalesce(staged_units.host_id, 'unknown') as host_id,
        coalesce(months.term_label, 'unknown') as term_label,
        students.school_type, students.pell, students.first_generation,
        students.major_family, students.gpa_band, students.gender,
        students.race_ethnicity, staged_units.is_advanced
    from staged_units
    left join months
        on {{ month_of('staged_units.clock_at') }} = months.month_start_date
    left join students
        on staged_units.student_key = students.student_key
)

select * from described_units
