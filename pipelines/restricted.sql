create table contacts as
with latest_students as (
    select student_id, given_name, family_name, consent_contact, consent_analytics, deleted_at
    from warehouse.raw.students, warehouse.ops.as_of
    where _delivered_at <= as_of
    qualify row_number() over (
        partition by student_id order by _version_at desc, _delivered_at desc, _file_id desc
    ) = 1 and not _is_deleted
),

last_words as (
    select student_id, consent_contact, deleted_at
    from warehouse.raw.students
    qualify row_number() over (
        partition by student_id order by _version_at desc, _delivered_at desc, _file_id desc
    ) = 1 and not _is_deleted
),

latest_addresses as (
    select student_id, email, is_primary
    from warehouse.raw.student_emails, warehouse.ops.as_of
    where _delivered_at <= as_of
    qualify row_number() over (
        partition by student_id, email
        order by _version_at desc, _delivered_at desc, _file_id desc
    ) = 1 and not _is_deleted
),

primary_addresses as (
    select student_id, email
    from latest_addresses
    qualify row_number() over (partition by student_id order by is_primary desc nulls last, email) = 1
),

worked_for as (
    select distinct student_key, employer_id from warehouse.marts.fct_engagements
)

select students.student_key, worked_for.employer_id, latest.given_name, latest.family_name, addresses.email
from latest_students as latest
join warehouse.pseudonyms.students as students on students.student_id = latest.student_id
join worked_for on worked_for.student_key = students.student_key
-- Whether a student may be contacted is today's word, at whatever moment the report looks from.
join last_words
    on last_words.student_id = latest.student_id and last_words.consent_contact and last_words.deleted_at is null
left join primary_addresses as addresses on addresses.student_id = latest.student_id
where latest.consent_contact and latest.consent_analytics and latest.deleted_at is null;

comment on table contacts is
'One row per student and employer they worked for, where the student agreed to be contacted.';
comment on column contacts.student_key is 'Pseudonym of the student, as in marts.dim_students.';
comment on column contacts.employer_id is 'Employer that may contact the student.';
comment on column contacts.given_name is 'Given name.';
comment on column contacts.family_name is 'Family name.';
comment on column contacts.email is 'Address in use.';
