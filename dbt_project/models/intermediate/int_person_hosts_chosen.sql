{# When, and by which employer of the group, a host first chose a person. #}
with applications as (
    select
        application_id, employer_id, host_id, student_key as person_key, selected_at,
        accepted_at
    from {{ ref('int_applications_progressed') }}
    where selected_at is not null and student_key is not null and host_id is not null
),

numbered_choices as (
    select
        person_key,
        host_id,
        employer_id,
        selected_at,
        accepted_at,
        row_number() over (
            partition by person_key, host_id order by selected_at, application_id
        ) as choice_number
    from applications
),

chosen_person_hosts as (
    select
        person_key,
        host_id,
        employer_id as chosen_employer_id,
        selected_at as chosen_at,
        cast(selected_at as date) as chosen_date,
        {{ month_of('coalesce(accepted_at, selected_at)') }} as chosen_month
    from numbered_choices
    where choice_number = 1
)

select * from chosen_person_hosts
