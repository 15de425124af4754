with employers as (
    select
        employer_id,
        {{ month_of('joined_at') }} as joined_month
    from {{ ref('stg_platform__employers') }}
),

months as (
    select
        month_start_date,
        cut_at,
        {{ days_after('cut_at', -365) }} as year_starts_at,
        {{ days_after('cut_at', -730) }} as prior_year_starts_at
    from {{ ref('int_months_cut') }}
),

employer_months as (
    select
        employers.employer_id,
        months.month_start_date,
        months.cut_at,
        months.year_starts_at,
        months.prior_year_starts_at
    from employers
    inner join months on employers.joined_month <= months.month_start_date
),

{# Engagements, and each month's three moments up to which they are summed. #}
moments as (
    select
        employer_id,
        accepted_at as moment_at,
        cast(null as date) as month_start_date,
        cast(null as string) as moment,
        1 as engagement_count,
        coalesce(fee_usd, 0) as fee_usd
    from {{ ref('int_engagements_placed') }}
    where employer_id is not null
    {% for moment in ['cut_at', 'year_starts_at', 'prior_year_starts_at'] %}
        union all
        select
            employer_id,
            {{ moment }} as moment_at,
            month_start_date,
            '{{ moment }}' as moment,
            0 as engagement_count,
            0 as fee_usd
        from employer_months
    {% endfor %}
),

{# The frame takes in what happened at the very moment. #}
summed_moments as (
    select
        employer_id,
        month_start_date,
        moment,
        sum(engagement_count) over (
            partition by employer_id
            order by moment_at asc nulls last
            range between unbounded preceding and current row
        ) as engagement_count,
        sum(fee_usd) over (
            partition by employer_id
            order by moment_at asc nulls last
            range between unbounded preceding and current row
        ) as fee_usd
    from moments
),

spent_months as (
    select
        employer_id,
        month_start_date,
        cast(
            sum(case moment
                when 'cut_at' then engagement_count
                when 'year_starts_at' then -engagement_count
            end) as bigint
        ) as engagement_count_12_months,
        cast(
            sum(case moment
                when 'cut_at' then fee_usd
                when 'year_starts_at' then -fee_usd
            end) as decimal(18, 2)
        ) as fee_12_months_usd,
        cast(
            sum(case moment
                when 'year_starts_at' then fee_usd
                when 'prior_year_starts_at' then -fee_usd
            end) as decimal(18, 2)
        ) as fee_prior_12_months_usd
    from summed_moments
    where month_start_date is not null
    group by employer_id, month_start_date
)

select * from spent_months
