{# What a month's cohort came to: its cost, its completions, and whom the host chose. #}
with engagements as (
    select
        employer_id, host_id, month_start_date, engagement_count, completion_count,
        hire_count, fee_usd, hours_worked, work_value_usd, last_concluded_date
    from {{ ref('int_programme_months_engaged') }}
),

chosen as (
    select
        chosen_employer_id as employer_id,
        host_id,
        chosen_month as month_start_date,
        cast(count(*) as bigint) as chosen_count
    from {{ ref('int_applications_screened') }}
    where is_chosen = 1
    group by chosen_employer_id, host_id, chosen_month
),

times as (
    select
        employer_id,
        host_id,
        month_start_date,
        cast(sum(amount_usd) as decimal(18, 2)) as time_cost_usd
    from {{ ref('int_costs_classed') }}
    where side = 'programme'
    group by employer_id, host_id, month_start_date
),

months as (
    select employer_id, host_id, month_start_date from engagements
    union distinct
    select employer_id, host_id, month_start_date from times
    union distinct
    select employer_id, host_id, month_start_date from chosen
),

costed_months as (
    select
        concat(months.employer_id, ':', cast(months.month_start_date as string))
            as programme_month_key,
        months.employer_id,
        months.host_id,
        months.month_start_date,
        coalesce(chosen.chosen_count, 0) as chosen_count,
        coalesce(engagements.engagement_count, 0) as engagement_count,
        coalesce(engagements.completion_count, 0) as completion_count,
        coalesce(engagements.hire_count, 0) as hire_count,
        coalesce(engagements.fee_usd, 0) as fee_usd,
        coalesce(times.time_cost_usd, 0) as time_cost_usd,
        cast(
            coalesce(engagements.fee_usd, 0) + coalesce(times.time_cost_usd, 0)
            as decimal(18, 2)
        ) as programme_cost_usd,
        engagements.hours_worked,
        engagements.work_value_usd,
        {{ flag('times.time_cost_usd is not null') }} as is_time_reported,
        greatest(
            {{ last_day_of_month('months.month_start_date') }},
            coalesce(engagements.last_concluded_date, months.month_start_date)
        ) as concluded_date
    from months
    left join engagements
        on
            months.employer_id = engagements.employer_id
            and months.month_start_date = engagements.month_start_date
    left join times
        on
            months.employer_id = times.employer_id
            and months.month_start_date = times.month_start_date
    left join chosen
        on
            months.employer_id = chosen.employer_id
            and months.month_start_date = chosen.month_start_date
)

select * from costed_months
