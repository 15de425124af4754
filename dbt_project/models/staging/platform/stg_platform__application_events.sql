{# A table: the largest entities are put in order once, not for each reader. #}
{{ config(materialized='table') }}

with current_application_events as (
    {{ current_version(
        'platform', 'application_events',
        ['event_id'], occurred_at='occurred_at'
    ) }}
),

application_events as (
    select
        event_id,
        application_id,
        event_type,
        occurred_at,
        coalesce(sequence, 0) as sequence
    from current_application_events
)

select * from application_events
