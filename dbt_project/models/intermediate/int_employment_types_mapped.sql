{# The most specific meaning of each employer's word, down to everybody's default. #}
with declared_types as (
    select employer_id, system, employment_type, is_full_time, is_internship
    from {{ ref('stg_outcomes__employment_type_map') }}
),

default_types as (
    select employment_type, is_full_time, is_internship
    from {{ ref('default_employment_types') }}
),

words as (
    select
        coalesce(employer_id, '*') as employer_id,
        coalesce(system, '*') as system,
        employment_type
    from {{ ref('stg_outcomes__employments') }}
    union distinct
    select
        ats_applications.employer_id,
        ats_offers.system,
        ats_offers.employment_type
    from {{ ref('stg_outcomes__ats_offers') }} as ats_offers
    inner join {{ ref('stg_outcomes__ats_applications') }} as ats_applications
        on
            ats_offers.system = ats_applications.system
            and ats_offers.application_id = ats_applications.application_id
),

declared_meanings as (
    select
        words.employer_id,
        words.system,
        words.employment_type,
        declared_types.is_full_time,
        declared_types.is_internship,
        row_number() over (
            partition by words.employer_id, words.system, words.employment_type
            order by
                case when declared_types.employer_id = '*' then 1 else 0 end,
                case when declared_types.system = '*' then 1 else 0 end
        ) as preference
    from words
    inner join declared_types
        on
            words.employment_type = declared_types.employment_type
            and declared_types.employer_id in (words.employer_id, '*')
            and declared_types.system in (words.system, '*')
),

mapped_types as (
    select
        words.employer_id,
        words.system,
        words.employment_type,
        coalesce(declared_meanings.is_full_time, default_types.is_full_time)
            as is_full_time,
        coalesce(declared_meanings.is_internship, default_types.is_internship)
            as is_internship
    from words
    left join declared_meanings
        on
            words.employer_id = declared_meanings.employer_id
            and words.system = declared_meanings.system
            and words.employment_type = declared_meanings.employment_type
            and declared_meanings.preference = 1
    left join default_types
        on words.employment_type = default_types.employment_type
    where words.employment_type is not null
)

select * from mapped_types
