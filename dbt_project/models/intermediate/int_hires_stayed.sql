{#
    Moves within a host are no departures: a next full-time employment there that begins within seven days of the last
    one's end, or before it, goes on with the same stay. A stay with an employment that has no last day still lasts.
#}
with employments as (
    select hire_id, person_key, host_id, start_date, end_date
    from {{ ref('int_hires_started') }}
    where evidence = 'employment' and host_id is not null
),

preceded_employments as (
    select
        employments.*,
        max(end_date) over earlier_ones as left_before,
        max(case when end_date is null then 1 else 0 end) over earlier_ones
            as was_lasting
    from employments
    window earlier_ones as (
        partition by person_key, host_id
        order by start_date nulls last, hire_id
        rows between unbounded preceding and 1 preceding
    )
),

numbered_employments as (
    select
        hire_id,
        person_key,
        host_id,
        end_date,
        sum(
            case
                when was_lasting = 1 then 0
                when start_date <= {{ date_after('left_before', 7) }} then 0
                else 1
            end
        ) over (
            partition by person_key, host_id
            order by start_date nulls last, hire_id
            rows between unbounded preceding and current row
        ) as stay_number
    from preceded_employments
),

stays as (
    select
        person_key,
        host_id,
        stay_number,
        case
            when max(case when end_date is null then 1 else 0 end) = 0
                then max(end_date)
        end as left_date
    from numbered_employments
    group by person_key, host_id, stay_number
),

stayed_hires as (
    select
        numbered_employments.hire_id,
        stays.left_date
    from numbered_employments
    inner join stays
        on
            numbered_employments.person_key = stays.person_key
            and numbered_employments.host_id = stays.host_id
            and numbered_employments.stay_number = stays.stay_number
)

select * from stayed_hires
