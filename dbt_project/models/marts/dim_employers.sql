with employers as (
    select
        employer_id, name, parent_employer_id, industry_naics, size_band, state,
        joined_at
    from {{ ref('stg_platform__employers') }}
),

rooted_employers as (
    select employer_id, host_id from {{ ref('int_employers_rooted') }}
),

sectors as (
    select distinct
        substring(naics_code, 1, 2) as sector,
        sector_title
    from {{ ref('industries') }}
),

described_employers as (
    select
        employers.employer_id,
        employers.name,
        employers.parent_employer_id,
        rooted_employers.host_id,
        hosts.name as host_name,
        employers.industry_naics,
        sectors.sector_title as industry,
        employers.size_band,
        employers.state,
        employers.joined_at,
        {{ month_of('employers.joined_at') }} as joined_month
    from employers
    inner join rooted_employers
        on employers.employer_id = rooted_employers.employer_id
    inner join employers as hosts
        on rooted_employers.host_id = hosts.employer_id
    left join sectors
        on substring(employers.industry_naics, 1, 2) = sectors.sector
)

select * from described_employers
