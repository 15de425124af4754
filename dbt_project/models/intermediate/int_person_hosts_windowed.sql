with cuts as (
    select as_of, as_of_date from {{ ref('stg_ops__as_of') }}
),

pairs as (
    select person_key, host_id, first_completed_at, completed_date
    from {{ ref('int_person_hosts_completed') }}
),

outcomes as (
    select
        person_key, host_id, is_pre_existing, is_employed_elsewhere, follow_up_ends_at,
        entry_days, exit_days, event, host_hired_date, first_full_time_offer_at,
        first_full_time_acceptance_at, first_internship_offer_at,
        first_internship_start_date
    from {{ ref('int_person_hosts_concluded') }}
),

readiness as (
    select
        person_key, host_id, years_to_graduation, readiness_date, readiness_entry_days,
        readiness_exit_days, is_at_risk_from_readiness
    from {{ ref('int_person_hosts_readied') }}
),

repeats as (
    select person_key, host_id, second_completed_at
    from {{ ref('int_person_hosts_repeated') }}
),

windowed_pairs as (
    select
        pairs.person_key,
        pairs.host_id,
        {{ flag(is_eligible()) }} as is_eligible,
        readiness.years_to_graduation,
        readiness.readiness_date,
        readiness.readiness_entry_days,
        readiness.readiness_exit_days,
        coalesce(readiness.is_at_risk_from_readiness, 0) as is_at_risk_from_readiness,
        {% for days in [180, 365, 730] %}
            {% set mature = is_window_observed(days) %}
            {% set ready = is_window_observed_from_readiness(days) %}
            {% set is_hire = is_eligible() ~ " and outcomes.event = 'host'" %}
            {{ flag(mature) }} as is_mature_{{ days }}_days,
            {{ flag(mature ~ ' and ' ~ is_hire
                ~ ' and outcomes.exit_days <= ' ~ days) }} as is_hired_{{ days }}_days,
            {{ flag(ready ~ ' and ' ~ is_eligible()) }}
                as is_ready_mature_{{ days }}_days,
            {{ flag(ready ~ ' and ' ~ is_hire
                ~ ' and readiness.readiness_exit_days <= ' ~ days) }}
                as is_hired_from_readiness_{{ days }}_days,
        {% endfor %}
        {% set year_end = date_after('pairs.completed_date', 365) %}
        {% set matured = is_window_observed(365) ~ ' and ' ~ is_eligible() %}
        {{ flag(matured) }} as is_mature_completer,
        {{ flag(matured
            ~ ' and (cast(outcomes.first_full_time_offer_at as date) <= ' ~ year_end
            ~ ' or cast(outcomes.first_full_time_acceptance_at as date) <= ' ~ year_end
            ~ ' or outcomes.host_hired_date <= ' ~ year_end ~ ')') }}
            as is_offered_365_days,
        {% for happened, moment in [
            ('internship_offered', 'first_internship_offer_at'),
            ('interned', 'first_internship_start_date')
        ] %}
            {{ flag(matured ~ ' and cast(outcomes.' ~ moment ~ ' as date) <= '
                ~ year_end) }} as is_{{ happened }}_365_days,
        {% endfor %}
        {% set due = is_eligible() ~ ' and ' ~ year_end ~ ' <= cuts.as_of_date' %}
        {% set ended = "outcomes.event <> 'none' and outcomes.exit_days <= 365" %}
        {% set known = '(' ~ is_window_observed(365) ~ ' or ' ~ ended ~ ')' %}
        {{ flag(due) }} as is_due_365_days,
        {{ flag(due ~ ' and ' ~ known) }} as is_known_365_days,
        {{ flag(due ~ " and outcomes.event = 'host' and outcomes.exit_days <= 365") }}
            as is_known_hire_365_days,
        {% set half_year_end = days_after('pairs.first_completed_at', 180) %}
        {{ flag(half_year_end ~ ' <= cuts.as_of') }} as is_reengagement_mature_180_days,
        {{ flag(half_year_end ~ ' <= cuts.as_of and repeats.second_completed_at <= '
            ~ half_year_end) }} as is_reengaged_180_days,
        {{ flag("outcomes.is_pre_existing = 0 and coalesce("
            ~ "outcomes.first_full_time_offer_at, outcomes.first_full_time_acceptance_at,"
            ~ " outcomes.host_hired_date) is not null") }} as is_offered,
        {{ flag("outcomes.is_pre_existing = 0 and (outcomes.host_hired_date is not null"
            ~ " or outcomes.first_full_time_acceptance_at is not null)") }}
            as is_offer_accepted,
        {{ flag(
            'outcomes.is_pre_existing = 0 and outcomes.host_hired_date is not null'
        ) }} as is_hired
    from pairs
    cross join cuts
    inner join outcomes
        on pairs.person_key = outcomes.person_key and pairs.host_id = outcomes.host_id
    left join readiness
        on pairs.person_key = readiness.person_key and pairs.host_id = readiness.host_id
    left join repeats
        on pairs.person_key = repeats.person_key and pairs.host_id = repeats.host_id
)

select * from windowed_pairs
