{# What an engagement costs its employer, what it brought, and when it was over. #}
with engagements as (
    select
        engagement_id, employer_id, host_id, cast(accepted_at as date) as accepted_date,
        cast(due_at as date) as due_date, cast(approved_at as date) as approved_date,
        cancelled_at, funded_by, fee_usd, hours_reported,
        {{ flag('approved_at is not null') }} as is_approved
    from {{ ref('int_engagements_placed') }}
    where employer_id is not null
),

pairs as (
    select completed.first_engagement_id, windowed.is_hired_365_days
    from {{ ref('int_person_hosts_completed') }} as completed
    inner join {{ ref('int_person_hosts_windowed') }} as windowed
        on
            completed.person_key = windowed.person_key
            and completed.host_id = windowed.host_id
),

wages as (
    select cast(figure as decimal(18, 2)) as work_rate_usd
    from {{ ref('benchmarks') }}
    where benchmark_id = 'intern-wage'
),

costed_engagements as (
    select
        engagements.engagement_id,
        engagements.employer_id,
        engagements.host_id,
        {{ month_of('engagements.accepted_date') }} as accepted_month,
        engagements.is_approved,
        cast(
            case when engagements.funded_by = 'employer' then engagements.fee_usd end
            as decimal(18, 2)
        ) as employer_fee_usd,
        cast(
            case when engagements.is_approved = 1 then engagements.hours_reported end
            as decimal(18, 2)
        ) as hours_worked,
        cast(
            case when engagements.is_approved = 1 then engagements.hours_reported end
            * wages.work_rate_usd
            as decimal(18, 2)
        ) as work_value_usd,
        coalesce(
            engagements.approved_date,
            cast(engagements.cancelled_at as date),
            {{ date_after('engagements.due_date', var('completion_grace_days')) }},
            {{ date_after('engagements.accepted_date', 180) }}
        ) as concluded_date,
        coalesce(pairs.is_hired_365_days, 0) as is_hired_365_days
    from engagements
    cross join wages
    left join pairs
        on engagements.engagement_id = pairs.first_engagement_id
)

select * from costed_engagements
