with engagements as (
    select
        engagement_id, accepted_at, started_at, due_at, submitted_at, approved_at,
        paid_at, cancelled_at, hours_reported, amount_paid_usd,
        cast(accepted_at as date) as accepted_date,
        {{ days_after('due_at', var('completion_grace_days')) }} as completion_ends_at
    from {{ ref('int_engagements_placed') }}
),

pay_floors as (
    select accepted_from, accepted_before, floor_usd_per_hour
    from {{ ref('pay_floors') }}
),

months as (
    select month_start_date, term_label from {{ ref('int_months_termed') }}
),

cuts as (
    select as_of from {{ ref('stg_ops__as_of') }}
),

judged_engagements as (
    select
        engagements.*,
        pay_floors.floor_usd_per_hour,
        due_months.term_label as due_term_label,
        approved_months.term_label as approved_term_label,
        {{ flag('engagements.completion_ends_at <= cuts.as_of') }}
            as is_mature_accepted,
        {{ flag(
            'engagements.completion_ends_at <= cuts.as_of'
            ~ ' and engagements.approved_at <= engagements.completion_ends_at'
        ) }} as is_completed_of_accepted,
        {{ flag(
            'engagements.approved_at is not null'
            ~ ' and engagements.amount_paid_usd is not null'
            ~ ' and engagements.hours_reported > 0'
        ) }} as is_hourly_pay_known
    from engagements
    cross join cuts
    left join pay_floors
        on
            engagements.accepted_date >= pay_floors.accepted_from
            and engagements.accepted_date < pay_floors.accepted_before
    left join months as due_months
        on {{ month_of('engagements.due_at') }} = due_months.month_start_date
    left join months as approved_months
        on {{ month_of('engagements.approved_at') }} = approved_months.month_start_date
),

timed_engagements as (
    select
        engagement_id,
        due_term_label,
        approved_term_label,
        case
            when cancelled_at is null then null
            when started_at <= cancelled_at then 'after start'
            else 'before start'
        end as cancel_phase,
        {{ flag('started_at is not null') }} as is_started,
        {{ flag('approved_at is not null') }} as is_approved,
        is_mature_accepted,
        is_completed_of_accepted,
        {{ flag('started_at is not null and is_mature_accepted = 1') }}
            as is_mature_completion,
        {{ flag('started_at is not null and is_completed_of_accepted = 1') }}
            as is_completed_in_time,
        {{ flag(
            'approved_at is not null and submitted_at is not null'
            ~ ' and due_at is not null'
        ) }} as is_timed,
        {{ flag('approved_at is not null and submitted_at <= due_at') }} as is_on_time,
        is_hourly_pay_known,
        floor_usd_per_hour,
        {{ flag(
            'is_hourly_pay_known = 1'
            ~ ' and amount_paid_usd < floor_usd_per_hour * hours_reported'
        ) }} as is_under_floor,
        {{ elapsed_days('submitted_at', 'approved_at') }} as days_to_approve,
        {{ elapsed_days('approved_at', 'paid_at') }} as days_to_pay
    from judged_engagements
)

select * from timed_engagements
