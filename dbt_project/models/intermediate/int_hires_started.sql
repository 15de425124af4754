with cuts as (
    select as_of_date from {{ ref('stg_ops__as_of') }}
),

employments as (
    select
        employment_id, employer_id, host_id, person_key, start_date, end_date,
        end_reason, performance_rating
    from {{ ref('int_employments_identified') }}
    where is_full_time
),

offers as (
    select system, offer_id, employer_id, host_id, person_key, starts_at
    from {{ ref('int_offers_identified') }}
    where
        is_full_time
        and status = 'accepted'
        and is_reneged = 0
        and person_key is not null
        and host_id is not null
),

{# An accepted offer stands for a hire only where no employment says so. #}
offers_without_employment as (
    select offers.*
    from offers
    left join employments
        on
            offers.person_key = employments.person_key
            and offers.host_id = employments.host_id
    where employments.employment_id is null
),

starts as (
    select
        employment_id as hire_id,
        'employment' as evidence,
        employer_id,
        host_id,
        person_key,
        start_date,
        end_date,
        end_reason,
        performance_rating
    from employments
    union all
    select
        'offer:' || system || ':' || offer_id as hire_id,
        'offer' as evidence,
        employer_id,
        host_id,
        person_key,
        starts_at as start_date,
        cast(null as date) as end_date,
        cast(null as string) as end_reason,
        cast(null as bigint) as performance_rating
    from offers_without_employment
),

started_hires as (
    select
        starts.*,
        case
            when starts.host_id is not null
                then cast(
                    row_number() over (
                        partition by starts.person_key, starts.host_id
                        order by starts.start_date, starts.hire_id
                    ) as bigint
                )
        end as hire_number
    from starts
    cross join cuts
    where starts.start_date <= cuts.as_of_date
)

select * from started_hires
