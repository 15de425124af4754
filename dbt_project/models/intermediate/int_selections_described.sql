{# A view: its rows are as many as applications, and are counted in one pass. #}
{{ config(materialized='view') }}

with applications as (
    select
        'selected' as stage, host_id, term_label, project_id, student_key,
        is_selected_30_days as is_advanced
    from {{ ref('fct_applications') }}
    where is_mature_30_days = 1
),

engagements as (
    select
        'completed' as stage, host_id, term_label, project_id, student_key,
        is_completed_in_time as is_advanced
    from {{ ref('fct_engagements') }}
    where is_mature_completion = 1
),

completers as (
    select
        host_id, term_label, cast(null as string) as project_id, student_key,
        is_offered_365_days, is_hired_365_days
    from {{ ref('fct_person_host_outcomes') }}
    where is_mature_completer = 1
),

staged_units as (
    select stage, host_id, term_label, project_id, student_key, is_advanced
    from applications
    union all
    select stage, host_id, term_label, project_id, student_key, is_advanced
    from engagements
    union all
    select
        'offered' as stage, host_id, term_label, project_id, student_key,
        is_offered_365_days as is_advanced
    from completers
    union all
    select
        'hired' as stage, host_id, term_label, project_id, student_key,
        is_hired_365_days as is_advanced
    from completers
),

students as (
    select
        student_key, school_type, major_family, gpa_band, gender, race_ethnicity,
        case when pell_recipient then 'yes' when not pell_recipient then 'no' end
            as pell,
        case when first_generation then 'yes' when not first_generation then 'no' end
            as first_generation
    from {{ ref('dim_students') }}
),

described_units as (
    select
        staged_units.stage, staged_units.project_id,
        coalesce(staged_units.host_id, 'unknown') as host_id,
        coalesce(staged_units.term_label, 'unknown') as term_label,
        students.school_type, students.pell, students.first_generation,
        students.major_family, students.gpa_band, students.gender,
        students.race_ethnicity, staged_units.is_advanced
    from staged_units
    left join students
        on staged_units.student_key = students.student_key
)

select * from described_units
