with current_students as (
    {{ current_version(source('platform', 'students'), ['student_id']) }}
),

pseudonyms as (
    select student_id, student_key from {{ source('pseudonyms', 'students') }}
),

versions as (
    select
        known_rows.student_id,
        known_rows.consent_analytics,
        known_rows._version_at as version_at,
        coalesce(known_rows.updated_at, known_rows._delivered_at) as changed_at
    from {{ source('platform', 'students') }} as known_rows
    cross join {{ ref('stg_ops__as_of') }} as cuts
    where known_rows._delivered_at <= cuts.as_of and not known_rows._is_deleted
),

last_consents as (
    select
        student_id,
        max(version_at) as last_consented_at
    from versions
    where consent_analytics
    group by student_id
),

withdrawals as (
    select
        versions.student_id,
        min(versions.changed_at) as withdrawn_at
    from versions
    inner join last_consents
        on versions.student_id = last_consents.student_id
    where
        not versions.consent_analytics
        and versions.version_at >= last_consents.last_consented_at
    group by versions.student_id
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
        case
            when not current_students.consent_analytics
                then coalesce(withdrawals.withdrawn_at, current_students.joined_at)
        end as consent_withdrawn_at,
        {{ seen('deleted_at', 'current_students') }}
    from current_students
    left join pseudonyms
        on current_students.student_id = pseudonyms.student_id
    left join withdrawals
        on current_students.student_id = withdrawals.student_id
)

select * from students
