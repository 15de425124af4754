with current_students as (
    {{ current_version('platform', 'students', ['student_id']) }}
),

{# Who may be contacted is today's word, whenever the report looks from. #}
last_words as (
    select student_id
    from (
        select
            student_id,
            consent_contact and deleted_at is null and not _is_deleted as agrees,
            row_number() over (
                partition by student_id
                order by _version_at desc, _delivered_at desc, _file_id desc
            ) as version_number
        from {{ source('platform', 'students') }}
    ) as versions
    where version_number = 1 and agrees
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
        current_students.consent_contact
        and last_words.student_id is not null as consent_contact,
        {{ seen('deleted_at', 'current_students') }}
    from current_students
    left join pseudonyms
        on current_students.student_id = pseudonyms.student_id
    left join last_words
        on current_students.student_id = last_words.student_id
)

select * from students
