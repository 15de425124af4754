with pairs as (
    select
        person_key, student_key, host_id, employer_id, first_engagement_id, category,
        first_selected_at, first_completed_at, completed_date, completion_count
    from {{ ref('int_person_hosts_completed') }}
),

outcomes as (
    select
        person_key, host_id, ats_applied_at, is_pre_existing, is_employed_elsewhere,
        observable_from, observable_to, follow_up_ends_at, entry_days, exit_days, event,
        host_hired_date, elsewhere_hired_date, first_full_time_offer_at,
        first_internship_offer_at,
        first_full_time_acceptance_at, first_internship_start_date, class_year,
        nace_status, is_retained_1_year
    from {{ ref('int_person_hosts_concluded') }}
),

students as (
    select student_key, institution_unitid, school_type, major_family, graduation_date
    from {{ ref('dim_students') }}
),

dates as (
    select date_day, term, term_year, term_label from {{ ref('dim_dates') }}
),

flagged_pairs as (
    select
        concat(pairs.person_key, ':', pairs.host_id) as person_host_key,
        pairs.person_key, pairs.student_key, pairs.host_id, pairs.employer_id,
        pairs.first_engagement_id, pairs.category, students.institution_unitid,
        students.school_type, students.major_family, students.graduation_date,
        pairs.first_selected_at, pairs.first_completed_at, pairs.completed_date,
        {{ month_of('pairs.completed_date') }} as completed_month, dates.term,
        dates.term_year, dates.term_label, pairs.completion_count,
        outcomes.ats_applied_at, outcomes.is_pre_existing,
        outcomes.is_employed_elsewhere,
        {{ flag(is_eligible()) }} as is_eligible, outcomes.observable_from,
        outcomes.observable_to, outcomes.follow_up_ends_at, outcomes.entry_days,
        outcomes.exit_days, outcomes.event,
        cast(
            case outcomes.event when 'host' then 1 when 'elsewhere' then 2 else 0 end
            as bigint
        ) as event_code,
        {{ flag(
            is_eligible() ~ ' and outcomes.exit_days > outcomes.entry_days'
        ) }} as is_at_risk,
        outcomes.host_hired_date, outcomes.elsewhere_hired_date,
        outcomes.first_full_time_offer_at, outcomes.first_internship_offer_at,
        outcomes.first_internship_start_date,
        {% for days in [180, 365, 730] %}
            {{ flag(is_window_observed(days)) }} as is_mature_{{ days }}_days,
            {{ flag(
                is_window_observed(days) ~ ' and ' ~ is_eligible()
                ~ " and outcomes.event = 'host' and outcomes.exit_days <= " ~ days
            ) }} as is_hired_{{ days }}_days,
        {% endfor %}
        {{ flag(is_window_observed(365) ~ ' and ' ~ is_eligible()) }}
            as is_mature_completer,
        {{ flag(
            is_window_observed(365) ~ ' and ' ~ is_eligible()
            ~ ' and cast(outcomes.first_full_time_offer_at as date) <= '
            ~ date_after('pairs.completed_date', 365)
        ) }} as is_offered_365_days,
        {{ flag(
            is_window_observed(365) ~ ' and ' ~ is_eligible()
            ~ ' and outcomes.first_internship_start_date <= '
            ~ date_after('pairs.completed_date', 365)
        ) }} as is_interned_365_days,
        {{ flag("outcomes.is_pre_existing = 0 and coalesce("
            ~ "outcomes.first_full_time_offer_at, outcomes.first_full_time_acceptance_at,"
            ~ " outcomes.host_hired_date) is not null") }} as is_offered,
        {{ flag("outcomes.is_pre_existing = 0 and (outcomes.host_hired_date is not null"
            ~ " or outcomes.first_full_time_acceptance_at is not null)") }}
            as is_offer_accepted,
        {{ flag(
            'outcomes.is_pre_existing = 0 and outcomes.host_hired_date is not null'
        ) }} as is_hired,
        case when outcomes.is_pre_existing = 0 then outcomes.is_retained_1_year end
            as is_retained_1_year,
        outcomes.class_year, outcomes.nace_status,
        {{ flag("outcomes.nace_status in ('converted', 'not converted', 'unknown')") }}
            as is_nace_eligible,
        {{ flag("outcomes.nace_status = 'converted'") }} as is_nace_converted,
        {{ flag("outcomes.nace_status = 'unknown'") }} as is_nace_unknown
    from pairs
    inner join outcomes
        on pairs.person_key = outcomes.person_key and pairs.host_id = outcomes.host_id
    left join students
        on pairs.student_key = students.student_key
    left join dates
        on pairs.completed_date = dates.date_day
)

select * from flagged_pairs
