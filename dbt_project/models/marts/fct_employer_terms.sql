with employers as (
    select employer_id, host_id, cast(joined_at as date) as joined_date
    from {{ ref('dim_employers') }}
),

dates as (
    select date_day, term_label from {{ ref('dim_dates') }}
),

terms as (
    select term_label, term, term_start_date, term_number, is_complete
    from {{ ref('dim_terms') }}
),

spend as (
    select
        employer_id,
        term_label,
        cast(count(*) as bigint) as engagement_count,
        cast(sum(fee_usd) as decimal(18, 2)) as fee_usd
    from {{ ref('fct_engagements') }}
    group by employer_id, term_label
),

joined_employers as (
    select
        employers.employer_id,
        employers.host_id,
        terms.term_label as joined_term_label,
        terms.term_number as joined_term_number
    from employers
    inner join dates
        on employers.joined_date = dates.date_day
    inner join terms
        on dates.term_label = terms.term_label
),

employer_terms as (
    select
        employers.employer_id,
        employers.host_id,
        employers.joined_term_label,
        terms.term_label,
        terms.term,
        terms.term_start_date,
        terms.term_number - employers.joined_term_number as terms_since_joining,
        coalesce(spend.engagement_count, 0) as engagement_count,
        cast(coalesce(spend.fee_usd, 0) as decimal(18, 2)) as fee_usd
    from joined_employers as employers
    inner join terms
        on employers.joined_term_number <= terms.term_number and terms.is_complete = 1
    left join spend
        on
            employers.employer_id = spend.employer_id
            and terms.term_label = spend.term_label
),

{# Rows are dense: three rows before lies the same season, a year before. #}
compared_terms as (
    select
        concat(employer_id, ':', cast(term_start_date as string)) as employer_term_key,
        employer_id,
        host_id,
        joined_term_label,
        term_label,
        term,
        term_start_date,
        terms_since_joining,
        engagement_count,
        {{ flag('engagement_count > 0') }} as is_active,
        fee_usd,
        first_value(fee_usd) over (
            partition by employer_id order by terms_since_joining
        ) as joining_term_fee_usd,
        lag(fee_usd, 3) over (
            partition by employer_id order by terms_since_joining
        ) as same_term_last_year_fee_usd
    from employer_terms
)

select * from compared_terms
