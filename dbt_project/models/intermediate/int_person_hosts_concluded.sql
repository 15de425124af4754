with followed as (
    select
        person_key, host_id, ats_applied_at, is_pre_existing, is_employed_elsewhere,
        observable_from,
        observable_to, follow_up_ends_at, entry_days, exit_days, event, host_hired_date,
        elsewhere_hired_date
    from {{ ref('int_person_hosts_followed') }}
),

offered as (
    select
        person_key, host_id, first_full_time_offer_at, first_internship_offer_at,
        first_full_time_acceptance_at
    from {{ ref('int_person_hosts_offered') }}
),

interned as (
    select person_key, host_id, first_internship_start_date
    from {{ ref('int_person_hosts_interned') }}
),

classed as (
    select person_key, host_id, class_year, nace_status
    from {{ ref('int_person_hosts_classed') }}
),

{# The hire that ended the wait: the first one at the host on its day. #}
hires as (
    select
        hire_id,
        person_key,
        host_id,
        start_date,
        row_number() over (
            partition by person_key, host_id, start_date order by hire_id
        ) as hire_order
    from {{ ref('int_hires_started') }}
),

retained as (
    select hire_id, is_retained_1_year from {{ ref('int_hires_retained') }}
),

concluded_pairs as (
    select
        followed.*,
        offered.first_full_time_offer_at,
        offered.first_internship_offer_at,
        offered.first_full_time_acceptance_at,
        interned.first_internship_start_date,
        classed.class_year,
        classed.nace_status,
        retained.is_retained_1_year
    from followed
    left join offered
        on
            followed.person_key = offered.person_key
            and followed.host_id = offered.host_id
    left join interned
        on
            followed.person_key = interned.person_key
            and followed.host_id = interned.host_id
    left join classed
        on
            followed.person_key = classed.person_key
            and followed.host_id = classed.host_id
    left join hires
        on
            followed.person_key = hires.person_key
            and followed.host_id = hires.host_id
            and followed.host_hired_date = hires.start_date
            and hires.hire_order = 1
    left join retained
        on hires.hire_id = retained.hire_id
)

select * from concluded_pairs
