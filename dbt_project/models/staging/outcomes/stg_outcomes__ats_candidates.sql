with current_ats_candidates as (
    {{ current_version(
        'outcomes', 'ats_candidates', ['system', 'candidate_id']
    ) }}
),

pseudonyms as (
    select system, candidate_id, candidate_key
    from {{ source('pseudonyms', 'candidates') }}
),

ats_candidates as (
    select
        own_pseudonyms.candidate_key,
        survivor_pseudonyms.candidate_key as merged_into_candidate_key,
        current_ats_candidates.system,
        current_ats_candidates.employer_id,
        current_ats_candidates.school_name,
        current_ats_candidates.graduation_year,
        current_ats_candidates.is_anonymized,
        {{ seen('created_at', 'current_ats_candidates') }}
    from current_ats_candidates
    left join pseudonyms as own_pseudonyms
        on
            current_ats_candidates.system = own_pseudonyms.system
            and current_ats_candidates.candidate_id = own_pseudonyms.candidate_id
    left join pseudonyms as survivor_pseudonyms
        on
            current_ats_candidates.system = survivor_pseudonyms.system
            and current_ats_candidates.merged_into_candidate_id
            = survivor_pseudonyms.candidate_id
)

select * from ats_candidates
