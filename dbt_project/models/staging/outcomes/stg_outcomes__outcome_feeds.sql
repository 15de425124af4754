with current_outcome_feeds as (
    {{ current_version(
        'outcomes', 'outcome_feeds', ['employer_id', 'system']
    ) }}
),

outcome_feeds as (
    select
        employer_id,
        system,
        observable_from,
        observable_to,
        {{ seen('last_synced_at') }}
    from current_outcome_feeds
)

select * from outcome_feeds
