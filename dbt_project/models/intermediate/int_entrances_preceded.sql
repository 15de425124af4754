{#
    How many others the host had hired from the school: all its new hires of the days before, less the person's own.
    One pass over the days; a join of entrances with hires would grow with the square of a large host.
#}
with entrances as (
    select entrance_key, host_id, person_key, institution_unitid, entrance_date
    from {{ ref('int_entrances_observed') }}
),

hires as (
    select host_id, institution_unitid, person_key, start_date
    from {{ ref('int_hires_schooled') }}
    where institution_unitid is not null and hire_number = 1
),

days as (
    select
        entrance_key,
        host_id,
        institution_unitid,
        {{ day_number('entrance_date') }} as day_number,
        0 as is_prior
    from entrances
    union all
    select
        cast(null as string) as entrance_key,
        host_id,
        institution_unitid,
        {{ day_number('start_date') }} as day_number,
        1 as is_prior
    from hires
),

counted_days as (
    select
        entrance_key,
        coalesce(
            sum(is_prior) over (
                partition by host_id, institution_unitid
                order by day_number asc nulls last
                range between {{ var('school_reach_days') }} preceding and 1 preceding
            ), 0
        ) as hire_count
    from days
),

preceded_entrances as (
    select
        entrances.entrance_key,
        cast(
            counted_days.hire_count
            - case when own_hires.person_key is not null then 1 else 0 end
            as bigint
        ) as prior_hire_count
    from entrances
    inner join counted_days
        on entrances.entrance_key = counted_days.entrance_key
    left join hires as own_hires
        on
            entrances.person_key = own_hires.person_key
            and entrances.host_id = own_hires.host_id
            and entrances.institution_unitid = own_hires.institution_unitid
            and entrances.entrance_date > own_hires.start_date
            and entrances.entrance_date
            <= {{ date_after('own_hires.start_date', var('school_reach_days')) }}
)

select * from preceded_entrances
