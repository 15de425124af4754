with categories as (
    select
        coalesce(category, '') as category_key,
        nullif(coalesce(category, ''), '') as category,
        {{ month_of('min(posted_at)') }} as first_month
    from {{ ref('int_projects_hosted') }}
    group by coalesce(category, '')
),

months as (
    select month_start_date, cut_at from {{ ref('int_months_cut') }}
),

applicants as (
    select category_key, month_start_date, applicants_30_days
    from {{ ref('int_category_months_applied') }}
),

changes as (
    select
        category_key,
        month_start_date,
        cast(sum(slot_change) as bigint) as slot_change
    from {{ ref('int_category_months_opened') }}
    group by category_key, month_start_date
),

dates as (
    select date_day, term, term_year, term_label from {{ ref('dim_dates') }}
),

category_months as (
    select
        categories.category_key,
        categories.category,
        months.month_start_date,
        months.cut_at
    from categories
    inner join months
        on categories.first_month <= months.month_start_date
),

counted_months as (
    select
        concat(
            category_months.category_key, ':',
            cast(category_months.month_start_date as string)
        ) as category_month_key,
        category_months.category,
        category_months.month_start_date,
        dates.term,
        dates.term_year,
        dates.term_label,
        category_months.cut_at,
        coalesce(applicants.applicants_30_days, 0) as applicants_30_days,
        cast(
            sum(coalesce(changes.slot_change, 0)) over (
                partition by category_months.category_key
                order by category_months.month_start_date
            ) as bigint
        ) as open_slots
    from category_months
    left join applicants
        on
            category_months.category_key = applicants.category_key
            and category_months.month_start_date = applicants.month_start_date
    left join changes
        on
            category_months.category_key = changes.category_key
            and category_months.month_start_date = changes.month_start_date
    left join dates
        on category_months.month_start_date = dates.date_day
)

select * from counted_months
