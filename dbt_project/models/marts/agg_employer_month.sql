with employers as (
    select employer_id, host_id from {{ ref('dim_employers') }}
),

trailing_months as (
    select
        employer_id, month_start_date, engagement_count_12_months, fee_12_months_usd,
        fee_prior_12_months_usd
    from {{ ref('int_employer_months_spent') }}
),

spend as (
    select
        employer_id,
        accepted_month,
        cast(count(*) as bigint) as engagement_count,
        cast(sum(fee_usd) as decimal(18, 2)) as fee_usd
    from {{ ref('fct_engagements') }}
    group by employer_id, accepted_month
),

employer_months as (
    select
        concat(
            trailing_months.employer_id, ':',
            cast(trailing_months.month_start_date as string)
        ) as employer_month_key,
        trailing_months.employer_id,
        employers.host_id,
        trailing_months.month_start_date,
        coalesce(spend.engagement_count, 0) as engagement_count,
        cast(coalesce(spend.fee_usd, 0) as decimal(18, 2)) as fee_usd,
        trailing_months.engagement_count_12_months,
        trailing_months.fee_12_months_usd,
        trailing_months.fee_prior_12_months_usd,
        cast(
            case
                when trailing_months.fee_prior_12_months_usd > 0
                    then trailing_months.fee_12_months_usd
                else 0
            end as decimal(18, 2)
        ) as fee_retained_12_months_usd,
        {{ flag('trailing_months.fee_12_months_usd > 0') }} as is_active
    from trailing_months
    inner join employers on trailing_months.employer_id = employers.employer_id
    left join spend
        on
            trailing_months.employer_id = spend.employer_id
            and trailing_months.month_start_date = spend.accepted_month
)

select * from employer_months
