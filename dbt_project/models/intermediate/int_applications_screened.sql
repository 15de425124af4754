{# Whether host and person met here for the first time, and when the host chose. #}
with applications as (
    select application_id, person_key, host_id, first_selected_at, first_selected_date
    from {{ ref('int_applications_compared') }}
),

first_hires as (
    select
        person_key,
        min(start_date) as first_start_date
    from {{ ref('int_hires_started') }}
    group by person_key
),

applied as (
    select person_key, host_id, ats_applied_at
    from {{ ref('int_person_hosts_applied') }}
),

chosen as (
    select person_key, host_id, chosen_employer_id, chosen_at, chosen_date, chosen_month
    from {{ ref('int_person_hosts_chosen') }}
),

screened_applications as (
    select
        applications.application_id,
        applications.host_id,
        chosen.chosen_employer_id,
        chosen.chosen_date,
        chosen.chosen_month,
        {{ flag(
            'chosen.chosen_at is not null'
            ~ ' and coalesce(applied.ats_applied_at >= chosen.chosen_at, true)'
            ~ ' and coalesce(first_hires.first_start_date > chosen.chosen_date, true)'
        ) }} as is_chosen,
        {{ flag(
            'coalesce(applied.ats_applied_at >= applications.first_selected_at, true)'
            ~ ' and coalesce(first_hires.first_start_date'
            ~ ' > applications.first_selected_date, true)'
            ~ ' and coalesce(chosen.chosen_at >= applications.first_selected_at, true)'
        ) }} as is_eligible
    from applications
    left join first_hires
        on applications.person_key = first_hires.person_key
    left join applied
        on
            applications.person_key = applied.person_key
            and applications.host_id = applied.host_id
    left join chosen
        on
            applications.person_key = chosen.person_key
            and applications.host_id = chosen.host_id
)

select * from screened_applications
