with months as (
    select month_start_date from {{ ref('int_months_termed') }}
),

cuts as (
    select as_of, as_of_date from {{ ref('stg_ops__as_of') }}
),

ended_months as (
    select
        month_start_date,
        {{ date_after(last_day_of_month('month_start_date'), 1) }} as ended_date
    from months
),

cut_months as (
    select
        ended_months.month_start_date,
        case
            when ended_months.ended_date <= cuts.as_of_date
                then cast(ended_months.ended_date as timestamp)
            else cuts.as_of
        end as cut_at
    from ended_months
    cross join cuts
    where ended_months.month_start_date <= cuts.as_of_date
),

windowed_months as (
    select
        month_start_date,
        cut_at,
        {{ days_after('cut_at', -30) }} as window_starts_at
    from cut_months
)

select * from windowed_months
