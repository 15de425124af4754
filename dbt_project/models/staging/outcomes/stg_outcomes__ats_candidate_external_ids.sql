with current_ats_candidate_external_ids as (
    {{ current_version(
        'outcomes', 'ats_candidate_external_ids',
        ['system', 'candidate_id', 'value']
    ) }}
),

pseudonyms as (
    select system, candidate_id, candidate_key
    from {{ source('pseudonyms', 'candidates') }}
),

ats_candidate_external_ids as (
    select
        pseudonyms.candidate_key,
        current_ats_candidate_external_ids.value as external_id,
        current_ats_candidate_external_ids.kind
    from current_ats_candidate_external_ids
    left join pseudonyms
        on
            current_ats_candidate_external_ids.system = pseudonyms.system
            and current_ats_candidate_external_ids.candidate_id
            = pseudonyms.candidate_id
)

select * from ats_candidate_external_ids
