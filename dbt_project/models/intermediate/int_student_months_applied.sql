with applications as (
    select
        student_key,
        applied_at,
        {{ month_of('applied_at') }} as applied_month
    from {{ ref('int_applications_progressed') }}
    where student_key is not null
),

months as (
    select month_start_date, window_starts_at from {{ ref('int_months_cut') }}
),

{# 30 days reach into the month itself, and at times into one or two before. #}
reached_months as (
    select
        months.month_start_date,
        months.window_starts_at,
        earlier_months.month_start_date as applied_month,
        case
            when months.month_start_date = earlier_months.month_start_date then 1 else 0
        end as is_own
    from months
    inner join months as earlier_months
        on
            months.month_start_date >= earlier_months.month_start_date
            and earlier_months.month_start_date
            >= {{ month_of('months.window_starts_at') }}
),

applied_months as (
    select
        applications.student_key,
        reached_months.month_start_date,
        cast(sum(reached_months.is_own) as bigint) as application_count,
        max({{ flag('applications.applied_at >= reached_months.window_starts_at') }})
            as is_applied_30_days
    from applications
    inner join reached_months
        on applications.applied_month = reached_months.applied_month
    where
        reached_months.is_own = 1
        or applications.applied_at >= reached_months.window_starts_at
    group by applications.student_key, reached_months.month_start_date
)

select * from applied_months
