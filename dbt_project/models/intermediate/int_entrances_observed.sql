{# Ways in whose host could be seen to hire for as long as schools are remembered. #}
with hires as (
    select
        hire_id, employer_id, host_id, person_key, student_key, institution_unitid,
        start_date
    from {{ ref('int_hires_schooled') }}
    where institution_unitid is not null and hire_number = 1
),

selections as (
    select application_id, employer_id, host_id, student_key, selected_at
    from {{ ref('int_applications_progressed') }}
    where selected_at is not null
),

students as (
    select student_key, institution_unitid from {{ ref('int_students_described') }}
    where institution_unitid is not null
),

observed_hosts as (
    select host_id, observable_from, observable_to from {{ ref('int_hosts_observed') }}
),

entrances as (
    select
        concat('selection:', selections.application_id) as entrance_key,
        'selection' as entrance_kind,
        selections.employer_id,
        selections.host_id,
        selections.student_key as person_key,
        selections.student_key,
        students.institution_unitid,
        cast(selections.selected_at as date) as entrance_date
    from selections
    inner join students
        on selections.student_key = students.student_key
    union all
    select
        concat('hire:', hire_id) as entrance_key,
        'hire' as entrance_kind,
        employer_id,
        host_id,
        person_key,
        student_key,
        institution_unitid,
        start_date as entrance_date
    from hires
),

observed_entrances as (
    select entrances.*
    from entrances
    inner join observed_hosts
        on
            entrances.host_id = observed_hosts.host_id
            and entrances.entrance_date <= observed_hosts.observable_to
            and entrances.entrance_date
            >= {{ date_after(
                'observed_hosts.observable_from', var('school_reach_days')
            ) }}
)

select * from observed_entrances
