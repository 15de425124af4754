with days as (
    {{ every_day(var('calendar_from'), var('calendar_before')) }}
),

months as (
    select distinct {{ month_of('date_day') }} as month_start_date from days
),

numbered_months as (
    select
        month_start_date,
        cast(extract(year from month_start_date) as bigint) as year,
        cast(extract(month from month_start_date) as bigint) as month
    from months
),

terms as (
    select month, term, term_title, is_next_academic_year from {{ ref('terms') }}
),

termed_months as (
    select
        numbered_months.month_start_date,
        numbered_months.year,
        numbered_months.month,
        terms.term,
        concat(terms.term_title, ' ', cast(numbered_months.year as string))
            as term_label,
        numbered_months.year + terms.is_next_academic_year as academic_year_end
    from numbered_months
    inner join terms
        on numbered_months.month = terms.month
)

select * from termed_months
