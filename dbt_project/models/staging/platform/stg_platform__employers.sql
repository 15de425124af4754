with current_employers as (
    {{ current_version(
        'platform', 'employers', ['employer_id'], occurred_at='joined_at'
    ) }}
),

employers as (
    select
        employer_id,
        name,
        parent_employer_id,
        industry_naics,
        size_band,
        state,
        joined_at
    from current_employers
)

select * from employers
