{# What an engagement costs its employer, what it brought, and when it was over. #}
with engagements as (
    select
        engagement_id, employer_id, host_id, accepted_date, accepted_month, due_date,
        approved_date, cancelled_at, funded_by, fee_usd, hours_reported, is_approved
    from {{ ref('fct_engagements') }}
    where employer_id is not null
),

pairs as (
    select first_engagement_id, is_hired_365_days
    from {{ ref('fct_person_host_outcomes') }}
),

wages as (
    select figure_usd as work_rate_usd
    from {{ ref('dim_benchmarks') }}
    where benchmark_id = 'intern-wage'
),

costed_engagements as (
    select
        engagements.engagement_id,
        engagements.employer_id,
        engagements.host_id,
        engagements.accepted_month,
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
