with current_employment_type_map as (
    {{ current_version(
        'outcomes', 'employment_type_map', ['employer_id', 'system', 'value']
    ) }}
),

employment_type_map as (
    select
        employer_id,
        system,
        lower(trim(value)) as employment_type,
        is_full_time,
        is_internship
    from current_employment_type_map
)

select * from employment_type_map
