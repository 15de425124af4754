with current_ats_candidate_emails as (
    {{ current_version(
        'outcomes', 'ats_candidate_emails', ['system', 'candidate_id', 'value']
    ) }}
),

pseudonyms as (
    select system, candidate_id, candidate_key
    from {{ source('pseudonyms', 'candidates') }}
),

ats_candidate_emails as (
    select
        pseudonyms.candidate_key,
        {{ normalised_address('current_ats_candidate_emails.value') }} as address,
        current_ats_candidate_emails.kind
    from current_ats_candidate_emails
    left join pseudonyms
        on
            current_ats_candidate_emails.system = pseudonyms.system
            and current_ats_candidate_emails.candidate_id = pseudonyms.candidate_id
)

select * from ats_candidate_emails
