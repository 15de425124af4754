with cuts as (
    select as_of_date from {{ ref('stg_ops__as_of') }}
),

students as (
    select student_key, graduation_date, class_year, class_deadline
    from {{ ref('int_students_classed') }}
    where not is_deleted
),

answers as (
    select student_key, outcome, is_positive, is_seeking
    from {{ ref('int_students_surveyed') }}
),

hires as (
    select person_key, start_date, end_date from {{ ref('int_hires_started') }}
),

graduates as (
    select students.*
    from students
    cross join cuts
    where students.graduation_date <= cuts.as_of_date
),

{# A job that was over before graduation says nothing of what came after it. #}
started_graduates as (
    select
        graduates.student_key,
        min(hires.start_date) as first_start_date
    from graduates
    inner join hires
        on graduates.student_key = hires.person_key
    where
        hires.start_date <= graduates.class_deadline
        and coalesce(hires.end_date > graduates.graduation_date, true)
    group by graduates.student_key
),

graduated_students as (
    select
        graduates.*,
        {{ flag('graduates.class_deadline <= cuts.as_of_date') }} as is_class_closed,
        {{ flag('answers.student_key is not null') }} as has_answered,
        {{ flag('started.student_key is not null') }} as has_started,
        case
            when started.student_key is not null then 'employed_full_time'
            else answers.outcome
        end as destination,
        answers.is_positive as is_answer_positive,
        answers.is_seeking as is_answer_seeking
    from graduates
    cross join cuts
    left join answers
        on graduates.student_key = answers.student_key
    left join started_graduates as started
        on graduates.student_key = started.student_key
)

select * from graduated_students
