with current_employments as (
    {{ current_version('outcomes', 'employments', ['employment_id']) }}
),

candidate_pseudonyms as (
    select system, candidate_id, candidate_key
    from {{ source('pseudonyms', 'candidates') }}
),

email_pseudonyms as (
    select email, email_key from {{ source('pseudonyms', 'emails') }}
),

employments as (
    select
        current_employments.employment_id,
        current_employments.employer_id,
        current_employments.system,
        candidate_pseudonyms.candidate_key,
        {{ normalised_address('current_employments.email') }} as address,
        email_pseudonyms.email_key,
        current_employments.start_date,
        current_employments.end_date,
        current_employments.end_reason,
        lower(trim(current_employments.employment_type)) as employment_type,
        current_employments.performance_rating
    from current_employments
    left join candidate_pseudonyms
        on
            current_employments.system = candidate_pseudonyms.system
            and current_employments.candidate_id = candidate_pseudonyms.candidate_id
    left join email_pseudonyms
        on
            {{ normalised_address('current_employments.email') }}
            = email_pseudonyms.email
)

select * from employments
