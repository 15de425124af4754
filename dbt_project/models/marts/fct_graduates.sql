with graduates as (
    select
        student_key, graduation_date, class_year, is_class_closed, has_answered,
        has_started, destination, is_answer_positive, is_answer_seeking
    from {{ ref('int_students_graduated') }}
),

applicants as (
    select distinct student_key from {{ ref('int_person_hosts_approached') }}
),

completers as (
    select distinct student_key from {{ ref('int_person_hosts_completed') }}
),

students as (
    select student_key, school_type, major_family from {{ ref('dim_students') }}
),

flagged_graduates as (
    select
        graduates.student_key as person_key,
        graduates.student_key,
        students.school_type,
        students.major_family,
        graduates.graduation_date,
        graduates.class_year,
        case when graduates.is_class_closed = 1 then 'closed' else 'open' end
            as class_status,
        case
            when completers.student_key is not null then 'completed'
            when applicants.student_key is not null then 'applied'
            else 'neither'
        end as participation,
        graduates.has_answered,
        graduates.has_started,
        graduates.destination,
        {{ flag('graduates.has_started = 1 or graduates.has_answered = 1') }}
            as is_known,
        {{ flag('graduates.has_started = 1 or graduates.is_answer_positive = 1') }}
            as is_positive,
        {{ flag('graduates.has_started = 1 or graduates.is_answer_seeking = 1') }}
            as is_known_seeking
    from graduates
    left join applicants
        on graduates.student_key = applicants.student_key
    left join completers
        on graduates.student_key = completers.student_key
    left join students
        on graduates.student_key = students.student_key
)

select * from flagged_graduates
