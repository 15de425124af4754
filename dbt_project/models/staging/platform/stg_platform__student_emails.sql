with current_student_emails as (
    {{ current_version('platform', 'student_emails', ['student_id', 'email']) }}
),

pseudonyms as (
    select student_id, student_key from {{ source('pseudonyms', 'students') }}
),

student_emails as (
    select
        pseudonyms.student_key,
        {{ normalised_address('current_student_emails.email') }} as address,
        current_student_emails.is_primary,
        {{ seen('added_at', 'current_student_emails') }}
    from current_student_emails
    left join pseudonyms
        on current_student_emails.student_id = pseudonyms.student_id
)

select * from student_emails
