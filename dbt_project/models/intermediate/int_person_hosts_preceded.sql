with meetings as (
    select
        person_key,
        host_id,
        ats_applied_at,
        cast(null as date) as start_date
    from {{ ref('int_person_hosts_applied') }}
    union all
    select
        person_key,
        host_id,
        cast(null as timestamp) as ats_applied_at,
        start_date
    from {{ ref('int_hires_started') }}
    where host_id is not null
),

preceded_person_hosts as (
    select
        person_key,
        host_id,
        min(ats_applied_at) as ats_applied_at,
        min(start_date) as first_start_date
    from meetings
    group by person_key, host_id
)

select * from preceded_person_hosts
