with current_students as (
    {{ current_version('platform', 'students', ['student_id']) }}
),

pseudonyms as (
    select student_id, student_key from {{ source('pseudonyms', 'students') }}
),

students as (
    select
        pseudonyms.student_key,
        current_students.institution_unitid,
        current_students.institution_name,
        current_students.degree_level,
        current_students.major_cip,
        current_students.graduation_date,
        current_students.gpa_band,
        current_students.first_generation,
        current_students.pell_recipient,
        current_students.gender,
        current_students.race_ethnicity,
        current_students.state,
        current_students.joined_at,
        current_students.consent_analytics,
        current_students.consent_contact,
        {{ seen('deleted_at', 'current_students') }}
    from current_students
    left join pseudonyms
        on current_students.student_id = pseudonyms.student_id
)

select * from students
