{#
    Where a hire studied: for a platform student, what the student allows us to know; for anybody else, the school
    that the host's own system names, where all of the person's records name the same one.
#}
with hires as (
    select hire_id, employer_id, host_id, person_key, start_date, hire_number
    from {{ ref('int_hires_started') }}
    where host_id is not null
),

students as (
    select student_key, institution_unitid from {{ ref('int_students_described') }}
),

candidates as (
    select candidate_key, person_key
    from {{ ref('int_candidates_identified') }}
    where student_key is null
),

named_schools as (
    select candidate_key, lower(trim(school_name)) as school_name
    from {{ ref('stg_outcomes__ats_candidates') }}
),

named_institutions as (
    select school_name, institution_unitid from {{ ref('int_institutions_named') }}
),

outsiders as (
    select
        candidates.person_key,
        min(named_institutions.institution_unitid) as institution_unitid
    from candidates
    inner join named_schools
        on candidates.candidate_key = named_schools.candidate_key
    inner join named_institutions
        on named_schools.school_name = named_institutions.school_name
    group by candidates.person_key
    having count(distinct named_institutions.institution_unitid) = 1
),

schooled_hires as (
    select
        hires.*,
        students.student_key,
        case
            when students.student_key is not null then students.institution_unitid
            else outsiders.institution_unitid
        end as institution_unitid
    from hires
    left join students
        on hires.person_key = students.student_key
    left join outsiders
        on hires.person_key = outsiders.person_key
)

select * from schooled_hires
