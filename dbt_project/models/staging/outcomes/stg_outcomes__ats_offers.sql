with current_ats_offers as (
    {{ current_version(
        'outcomes', 'ats_offers', ['system', 'offer_id', 'version']
    ) }}
),

ats_offers as (
    select
        system,
        offer_id,
        version,
        application_id,
        status,
        {{ seen('sent_at') }},
        {{ seen('resolved_at') }},
        starts_at,
        lower(trim(employment_type)) as employment_type,
        salary_usd,
        is_new_position
    from current_ats_offers
)

select * from ats_offers
