with engagements as (
    select
        employer_id, host_id, accepted_month, is_approved, is_hired_365_days,
        employer_fee_usd, hours_worked, work_value_usd, concluded_date
    from {{ ref('int_engagements_costed') }}
),

engaged_months as (
    select
        employer_id,
        host_id,
        accepted_month as month_start_date,
        cast(count(*) as bigint) as engagement_count,
        cast(sum(is_approved) as bigint) as completion_count,
        cast(sum(is_hired_365_days) as bigint) as hire_count,
        cast(sum(employer_fee_usd) as decimal(18, 2)) as fee_usd,
        cast(sum(hours_worked) as decimal(18, 2)) as hours_worked,
        cast(sum(work_value_usd) as decimal(18, 2)) as work_value_usd,
        max(concluded_date) as last_concluded_date
    from engagements
    group by employer_id, host_id, accepted_month
)

select * from engaged_months
