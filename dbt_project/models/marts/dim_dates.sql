with days as (
    {{ every_day(var('calendar_from'), var('calendar_before')) }}
),

dates as (
    select cast(date_day as date) as date_day from days
),

months as (
    select month_start_date, year, month, term, term_label, academic_year_end
    from {{ ref('int_months_termed') }}
),

termed_dates as (
    select
        dates.date_day,
        {{ period_of('week', 'dates.date_day') }} as week_start_date,
        months.month_start_date,
        {{ period_of('quarter', 'dates.date_day') }} as quarter_start_date,
        months.year,
        months.month,
        concat(
            cast(months.year as string), ' Q',
            cast(cast(ceil(months.month / 3.0) as bigint) as string)
        ) as quarter_label,
        months.term,
        months.year as term_year,
        months.term_label,
        concat(
            cast(months.academic_year_end - 1 as string), '-',
            substring(cast(months.academic_year_end as string), 3, 2)
        ) as academic_year
    from dates
    inner join months
        on {{ month_of('dates.date_day') }} = months.month_start_date
)

select * from termed_dates
