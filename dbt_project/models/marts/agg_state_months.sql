with months as (
    select month_start_date, cut_at from {{ ref('int_months_cut') }}
),

applicants as (
    select
        coalesce(state, '') as state_key,
        month_start_date,
        cast(sum(applicants_30_days) as bigint) as applicants_30_days
    from {{ ref('agg_student_months') }}
    group by coalesce(state, ''), month_start_date
),

changes as (
    select
        state_key,
        month_start_date,
        cast(sum(slot_change) as bigint) as slot_change
    from {{ ref('int_category_months_opened') }}
    group by state_key, month_start_date
),

dates as (
    select date_day, term, term_year, term_label from {{ ref('dim_dates') }}
),

seen_months as (
    select state_key, month_start_date from applicants
    union all
    select state_key, month_start_date from changes
),

states as (
    select state_key, min(month_start_date) as first_month
    from seen_months
    group by state_key
),

state_months as (
    select
        concat(states.state_key, ':', cast(months.month_start_date as string))
            as state_month_key,
        nullif(states.state_key, '') as state,
        months.month_start_date,
        dates.term,
        dates.term_year,
        dates.term_label,
        months.cut_at,
        coalesce(applicants.applicants_30_days, 0) as applicants_30_days,
        cast(
            sum(coalesce(changes.slot_change, 0)) over (
                partition by states.state_key order by months.month_start_date
            ) as bigint
        ) as open_slots
    from states
    inner join months
        on states.first_month <= months.month_start_date
    left join applicants
        on
            states.state_key = applicants.state_key
            and months.month_start_date = applicants.month_start_date
    left join changes
        on
            states.state_key = changes.state_key
            and months.month_start_date = changes.month_start_date
    left join dates
        on months.month_start_date = dates.date_day
)

select * from state_months
