with hires as (
    select person_key, host_id, start_date from {{ ref('int_hires_started') }}
    where host_id is not null
),

started_person_hosts as (
    select
        person_key,
        host_id,
        min(start_date) as first_start_date
    from hires
    group by person_key, host_id
)

select * from started_person_hosts
