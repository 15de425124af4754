{# As in an employer's extract, which knows of no start elsewhere. #}
{% set year_end = date_after('completed.completed_date', 365) %}
{% set watched = 'windowed.is_mature_365_days = 1 and concluded.is_pre_existing = 0' %}

with completed as (
    select person_key, host_id, completed_date
    from {{ ref('int_person_hosts_completed') }}
),

windowed as (
    select
        person_key, host_id, is_mature_365_days, is_reengaged_180_days,
        is_reengagement_mature_180_days
    from {{ ref('int_person_hosts_windowed') }}
),

concluded as (
    select
        person_key, host_id, is_pre_existing, follow_up_ends_at, host_hired_date,
        first_full_time_offer_at
    from {{ ref('int_person_hosts_concluded') }}
),

untold_pairs as (
    select
        completed.person_key,
        completed.host_id,
        windowed.is_reengaged_180_days,
        windowed.is_reengagement_mature_180_days,
        {{ flag(watched) }} as is_watched,
        {{ flag(
            watched
            ~ ' and (cast(concluded.first_full_time_offer_at as date) <= ' ~ year_end
            ~ ' or concluded.host_hired_date <= ' ~ year_end ~ ')'
        ) }} as is_offered,
        {{ flag(
            watched ~ ' and concluded.host_hired_date <= concluded.follow_up_ends_at'
            ~ ' and concluded.host_hired_date <= ' ~ year_end
        ) }} as is_hired
    from completed
    inner join windowed
        on
            completed.person_key = windowed.person_key
            and completed.host_id = windowed.host_id
    inner join concluded
        on
            completed.person_key = concluded.person_key
            and completed.host_id = concluded.host_id
)

select * from untold_pairs
