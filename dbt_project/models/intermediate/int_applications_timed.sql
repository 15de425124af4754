with events as (
    select event_id, application_id, event_type, occurred_at, sequence
    from {{ ref('stg_platform__application_events') }}
),

event_types as (
    select event_type, stage_rank, resulting_state
    from {{ ref('application_event_types') }}
),

ordered_events as (
    select
        events.application_id,
        events.event_type,
        events.occurred_at,
        event_types.stage_rank,
        event_types.resulting_state,
        row_number() over (
            partition by events.application_id
            order by events.occurred_at desc, events.sequence desc, events.event_id desc
        ) as recency
    from events
    inner join event_types
        on events.event_type = event_types.event_type
),

timed_applications as (
    select
        application_id,
        {% for event_type in [
            'reviewed', 'shortlisted', 'interviewed', 'selected', 'rejected',
            'withdrawn', 'expired'
        ] %}
            min(case when event_type = '{{ event_type }}' then occurred_at end)
                as {{ event_type }}_at,
        {% endfor %}
        max(stage_rank) as stage_rank,
        max(case when recency = 1 then resulting_state end) as current_state
    from ordered_events
    group by application_id
)

select * from timed_applications
