with students as (
    select
        student_key, institution_unitid, degree_level, major_cip, graduation_date,
        gpa_band, first_generation, pell_recipient, gender, race_ethnicity, state,
        joined_at, consent_analytics, consent_contact, deleted_at
    from {{ ref('stg_platform__students') }}
),

institutions as (
    select institution_unitid, school_type from {{ ref('int_institutions_typed') }}
),

major_families as (
    select distinct
        family_code,
        family_title
    from {{ ref('majors') }}
),

described_students as (
    select
        students.student_key,
        students.institution_unitid,
        institutions.school_type,
        students.degree_level,
        students.major_cip,
        major_families.family_title as major_family,
        students.graduation_date,
        students.gpa_band,
        students.first_generation,
        students.pell_recipient,
        students.gender,
        students.race_ethnicity,
        students.state,
        students.joined_at,
        students.consent_analytics as has_analytics_consent,
        students.deleted_at is not null as is_deleted,
        {# As in pipelines/restricted.sql, which holds the names of exactly these. #}
        students.consent_contact
        and students.consent_analytics
        and students.deleted_at is null as is_contactable
    from students
    left join institutions
        on students.institution_unitid = institutions.institution_unitid
    left join major_families
        on substring(students.major_cip, 1, 2) = major_families.family_code
),

consenting_students as (
    select
        student_key,
        {% for attribute in [
            'institution_unitid', 'school_type', 'degree_level', 'major_cip',
            'major_family', 'graduation_date', 'gpa_band', 'first_generation',
            'pell_recipient', 'gender', 'race_ethnicity', 'state'
        ] %}
            case
                when has_analytics_consent and not is_deleted then {{ attribute }}
            end as {{ attribute }},
        {% endfor %}
        joined_at,
        has_analytics_consent,
        is_deleted,
        is_contactable
    from described_students
)

select * from consenting_students
