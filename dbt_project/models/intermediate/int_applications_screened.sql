{#
    Whether host and person met here for the first time, and when the host chose. Only the host's own records say so:
    who works elsewhere is chosen or passed over like everybody else, and an employer must not see who that is.
#}
with applications as (
    select application_id, person_key, host_id, first_selected_at, first_selected_date
    from {{ ref('int_applications_compared') }}
),

host_hires as (
    select person_key, host_id, start_date as hired_date
    from {{ ref('int_hires_started') }}
    where hire_number = 1
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
            ~ ' and coalesce(host_hires.hired_date > chosen.chosen_date, true)'
        ) }} as is_chosen,
        {{ flag(
            'coalesce(applied.ats_applied_at >= applications.first_selected_at, true)'
            ~ ' and coalesce(host_hires.hired_date > applications.first_selected_date, true)'
            ~ ' and coalesce(chosen.chosen_at >= applications.first_selected_at, true)'
        ) }} as is_eligible
    from applications
    left join host_hires
        on
            applications.person_key = host_hires.person_key
            and applications.host_id = host_hires.host_id
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
