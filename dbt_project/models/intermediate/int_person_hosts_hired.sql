with pairs as (
    select person_key, host_id, completed_date
    from {{ ref('int_person_hosts_completed') }}
),

hires as (
    select person_key, host_id, start_date, end_date
    from {{ ref('int_hires_started') }}
),

pair_starts as (
    select
        pairs.person_key,
        pairs.host_id,
        pairs.completed_date,
        hires.start_date,
        hires.end_date,
        case when hires.host_id = pairs.host_id then 1 else 0 end as is_host
    from pairs
    inner join hires
        on pairs.person_key = hires.person_key
),

hired_pairs as (
    select
        person_key,
        host_id,
        max(case when is_host = 1 and start_date <= completed_date then 1 else 0 end)
            as was_hired_before,
        max(
            case
                when
                    is_host = 0 and start_date <= completed_date
                    and coalesce(end_date > completed_date, true)
                    then 1
                else 0
            end
        ) as was_employed_elsewhere,
        min(case when is_host = 1 and start_date > completed_date then start_date end)
            as host_hired_date,
        min(case when is_host = 0 and start_date > completed_date then start_date end)
            as elsewhere_hired_date
    from pair_starts
    group by person_key, host_id
)

select * from hired_pairs
