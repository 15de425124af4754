with entrances as (
    select
        entrance_key, entrance_kind, employer_id, host_id, person_key, student_key,
        institution_unitid, entrance_date
    from {{ ref('int_entrances_observed') }}
),

prior_hires as (
    select entrance_key, prior_hire_count from {{ ref('int_entrances_preceded') }}
),

institutions as (
    select institution_unitid, school_type from {{ ref('dim_institutions') }}
),

dates as (
    select date_day, term_label from {{ ref('dim_dates') }}
),

compared_entrances as (
    select
        entrances.*,
        institutions.school_type,
        dates.term_label,
        prior_hires.prior_hire_count,
        {{ flag('prior_hires.prior_hire_count = 0') }} as is_new_school
    from entrances
    inner join prior_hires
        on entrances.entrance_key = prior_hires.entrance_key
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
