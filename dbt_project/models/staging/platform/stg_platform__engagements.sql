with current_engagements as (
    {{ current_version(
        'platform', 'engagements', ['engagement_id'], occurred_at='accepted_at'
    ) }}
),

engagements as (
    select
        engagement_id,
        application_id,
        accepted_at,
        {{ seen('started_at') }},
        due_at,
        {{ seen('submitted_at') }},
        {{ seen('approved_at') }},
        {{ seen('paid_at') }},
        {{ seen('cancelled_at') }},
        case when cancelled_at <= as_of then cancelled_by end as cancelled_by,
        case when cancelled_at <= as_of then cancel_reason end as cancel_reason,
        hours_reported,
        amount_paid_usd
    from current_engagements
)

select * from engagements
