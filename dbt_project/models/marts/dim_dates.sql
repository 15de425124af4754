with days as (
    {{ every_day('2015-01-01', '2036-01-01') }}
),

dates as (
    select
        cast(date_day as date) as date_day,
        cast(extract(year from date_day) as bigint) as year,
        cast(extract(month from date_day) as bigint) as month
    from days
),

terms as (
    select month, term, term_title, is_next_academic_year from {{ ref('terms') }}
),

dated_terms as (
    select
        dates.date_day,
        {{ period_of('week', 'dates.date_day') }} as week_start_date,
        {{ month_of('dates.date_day') }} as month_start_date,
        {{ period_of('quarter', 'dates.date_day') }} as quarter_start_date,
        dates.year,
        dates.month,
        concat(
            cast(dates.year as string), ' Q',
            cast(cast(ceil(dates.month / 3.0) as bigint) as string)
        ) as quarter_label,
        terms.term,
        dates.year as term_year,
        concat(terms.term_title, ' ', cast(dates.year as string)) as term_label,
        concat(
            cast(dates.year - 1 + terms.is_next_academic_year as string), '-',
            substring(
                cast(dates.year + terms.is_next_academic_year as string), 3, 2
            )
        ) as academic_year
    from dates
    inner join terms
        on dates.month = terms.month
)

select * from dated_terms
