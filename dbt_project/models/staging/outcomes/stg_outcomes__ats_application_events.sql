with current_ats_application_events as (
    {{ current_version(
        'outcomes', 'ats_application_events',
        ['system', 'event_id'], occurred_at='occurred_at'
    ) }}
),

ats_application_events as (
    select
        system,
        event_id,
        application_id,
        source_stage,
        source_stage_rank,
        event_type,
        occurred_at,
        coalesce(sequence, 0) as sequence
    from current_ats_application_events
)

select * from ats_application_events
