{# 36 months are 1,095 days, as windows are counted in days. #}
with entrances as (
    select
        entrance_key, entrance_kind, employer_id, host_id, person_key, student_key,
        institution_unitid, entrance_date
    from {{ ref('int_entrances_observed') }}
),

hires as (
    select host_id, institution_unitid, person_key, start_date
    from {{ ref('int_hires_schooled') }}
    where institution_unitid is not null and hire_number = 1
),

institutions as (
    select institution_unitid, school_type from {{ ref('dim_institutions') }}
),

dates as (
    select date_day, term_label from {{ ref('dim_dates') }}
),

known_schools as (
    select
        entrances.entrance_key,
        cast(count(*) as bigint) as prior_hire_count
    from entrances
    inner join hires
        on
            entrances.host_id = hires.host_id
            and entrances.institution_unitid = hires.institution_unitid
            and entrances.person_key <> hires.person_key
            and entrances.entrance_date > hires.start_date
            and entrances.entrance_date <= {{ date_after('hires.start_date', 1095) }}
    group by entrances.entrance_key
),

compared_entrances as (
    select
        entrances.*,
        institutions.school_type,
        dates.term_label,
        coalesce(known_schools.prior_hire_count, 0) as prior_hire_count,
        {{ flag('known_schools.entrance_key is null') }} as is_new_school
    from entrances
    left join known_schools
        on entrances.entrance_key = known_schools.entrance_key
    left join institutions
        on entrances.institution_unitid = institutions.institution_unitid
    left join dates
        on entrances.entrance_date = dates.date_day
),

flagged_entrances as (
    select
        {% for kind in ['selection', 'hire'] %}
            {{ flag("entrance_kind = '" ~ kind ~ "'") }} as is_{{ kind }},
            {{ flag("entrance_kind = '" ~ kind ~ "' and is_new_school = 1") }}
                as is_{{ kind }}_from_new_school,
        {% endfor %}
        compared_entrances.*
    from compared_entrances
)

select * from flagged_entrances
