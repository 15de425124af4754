with employers as (
    select employer_id, host_id, joined_month from {{ ref('dim_employers') }}
),

cuts as (
    select as_of_date from {{ ref('stg_ops__as_of') }}
),

months as (
    select distinct month_start_date from {{ ref('dim_dates') }}
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
        employers.employer_id,
        employers.host_id,
        months.month_start_date,
        coalesce(spend.engagement_count, 0) as engagement_count,
        coalesce(spend.fee_usd, 0) as fee_usd
    from employers
    cross join cuts
    inner join months
        on
            employers.joined_month <= months.month_start_date
            and cuts.as_of_date >= months.month_start_date
    left join spend
        on
            employers.employer_id = spend.employer_id
            and months.month_start_date = spend.accepted_month
),

trailing_months as (
    select
        employer_months.*,
        cast(
            sum(engagement_count) over (
                partition by employer_id
                order by month_start_date
                rows between 11 preceding and current row
            ) as bigint
        ) as engagement_count_12_months,
        cast(
            sum(fee_usd) over (
                partition by employer_id
                order by month_start_date
                rows between 11 preceding and current row
            ) as decimal(18, 2)
        ) as fee_12_months_usd,
        cast(
            sum(fee_usd) over (
                partition by employer_id
                order by month_start_date
                rows between 23 preceding and 12 preceding
            ) as decimal(18, 2)
        ) as fee_prior_12_months_usd
    from employer_months
),

flagged_months as (
    select
        concat(employer_id, ':', cast(month_start_date as string))
            as employer_month_key,
        employer_id,
        host_id,
        month_start_date,
        engagement_count,
        cast(fee_usd as decimal(18, 2)) as fee_usd,
        engagement_count_12_months,
        fee_12_months_usd,
        cast(coalesce(fee_prior_12_months_usd, 0) as decimal(18, 2))
            as fee_prior_12_months_usd,
        cast(
            case when fee_prior_12_months_usd > 0 then fee_12_months_usd else 0 end
            as decimal(18, 2)
        ) as fee_retained_12_months_usd,
        {{ flag('engagement_count_12_months > 0') }} as is_active
    from trailing_months
)

select * from flagged_months
