with current_ats_applications as (
    {{ current_version(
        'outcomes', 'ats_applications',
        ['system', 'application_id'], occurred_at='applied_at'
    ) }}
),

pseudonyms as (
    select system, candidate_id, candidate_key
    from {{ source('pseudonyms', 'candidates') }}
),

ats_applications as (
    select
        current_ats_applications.system,
        current_ats_applications.application_id,
        pseudonyms.candidate_key,
        current_ats_applications.job_id,
        current_ats_applications.employer_id,
        current_ats_applications.applied_at,
        {{ without_contacts('current_ats_applications.source_name') }} as source_name,
        current_ats_applications.status,
        {{ seen('rejected_at', 'current_ats_applications') }},
        {{ seen('hired_at', 'current_ats_applications') }}
    from current_ats_applications
    left join pseudonyms
        on
            current_ats_applications.system = pseudonyms.system
            and current_ats_applications.candidate_id = pseudonyms.candidate_id
)

select * from ats_applications
