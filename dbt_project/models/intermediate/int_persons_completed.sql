with engagements as (
    select student_key, employer_id, root_project_id, amount_paid_usd
    from {{ ref('int_engagements_placed') }}
    where approved_at is not null and student_key is not null
),

employers as (
    select employer_id, industry_naics from {{ ref('stg_platform__employers') }}
),

{# Some sectors have several two-digit codes: 31, 32 and 33 are all manufacturing. #}
sectors as (
    select distinct
        substring(naics_code, 1, 2) as first_digits,
        sector_code
    from {{ ref('industries') }}
),

completed_persons as (
    select
        engagements.student_key as person_key,
        cast(count(*) as bigint) as completion_count,
        cast(count(distinct engagements.root_project_id) as bigint) as project_count,
        cast(nullif(count(distinct sectors.sector_code), 0) as bigint)
            as industry_count,
        cast(sum(engagements.amount_paid_usd) as decimal(18, 2)) as pay_usd
    from engagements
    left join employers
        on engagements.employer_id = employers.employer_id
    left join sectors
        on substring(employers.industry_naics, 1, 2) = sectors.first_digits
    group by engagements.student_key
)

select * from completed_persons
