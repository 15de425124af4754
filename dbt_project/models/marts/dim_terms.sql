with dates as (
    select date_day, term, term_year, term_label from {{ ref('dim_dates') }}
),

cuts as (
    select as_of_date from {{ ref('stg_ops__as_of') }}
),

terms as (
    select
        term_label,
        min(term) as term,
        min(term_year) as term_year,
        min(date_day) as term_start_date,
        max(date_day) as term_end_date,
        cast(count(*) as bigint) as day_count
    from dates
    group by term_label
),

numbered_terms as (
    select
        terms.term_label,
        terms.term,
        terms.term_year,
        terms.term_start_date,
        terms.term_end_date,
        terms.day_count,
        cast(row_number() over (order by terms.term_start_date) as bigint)
            as term_number,
        {{ flag('terms.term_end_date < cuts.as_of_date') }} as is_complete
    from terms
    cross join cuts
)

select * from numbered_terms
