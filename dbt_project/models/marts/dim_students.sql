with students as (
    select
        student_key, institution_unitid, school_type, degree_level, major_cip,
        major_family, graduation_date, gpa_band, first_generation, pell_recipient,
        gender, race_ethnicity, state, joined_at, has_analytics_consent, is_deleted,
        is_contactable
    from {{ ref('int_students_described') }}
),

{# A person with an account is known by it. #}
identified_students as (
    select
        students.*,
        student_key as person_key
    from students
)

select * from identified_students
