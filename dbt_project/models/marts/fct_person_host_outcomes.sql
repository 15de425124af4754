with pairs as (
    select
        person_key, student_key, host_id, employer_id, project_id, category,
        first_engagement_id, first_selected_at, first_completed_at, completed_date,
        completion_count
    from {{ ref('int_person_hosts_completed') }}
),

outcomes as (
    select
        person_key, host_id, ats_applied_at, is_pre_existing, is_employed_elsewhere,
        observable_from, observable_to, follow_up_ends_at, entry_days, exit_days, event,
        host_hired_date, elsewhere_hired_date, first_full_time_offer_at,
        first_internship_offer_at, first_internship_start_date, class_year, nace_status,
        is_retained_1_year
    from {{ ref('int_person_hosts_concluded') }}
),

flags as (
    select
        person_key, host_id, is_eligible, years_to_graduation, readiness_date,
        readiness_entry_days, readiness_exit_days, is_at_risk_from_readiness,
        {% for days in [180, 365, 730] %}
            is_mature_{{ days }}_days, is_hired_{{ days }}_days,
            is_ready_mature_{{ days }}_days, is_hired_from_readiness_{{ days }}_days,
        {% endfor %}
        is_mature_completer, is_offered_365_days, is_internship_offered_365_days,
        is_interned_365_days, is_due_365_days, is_known_365_days,
        is_known_hire_365_days, is_reengagement_mature_180_days, is_reengaged_180_days,
        is_offered, is_offer_accepted, is_hired
    from {{ ref('int_person_hosts_windowed') }}
),

students as (
    select
        student_key, institution_unitid, school_type, major_family, graduation_date,
        is_contactable
    from {{ ref('dim_students') }}
),

dates as (
    select date_day, term, term_year, term_label from {{ ref('dim_dates') }}
),

flagged_pairs as (
    select
        concat(pairs.person_key, ':', pairs.host_id) as person_host_key,
        pairs.person_key, pairs.student_key, pairs.host_id, pairs.employer_id,
        pairs.first_engagement_id, pairs.project_id, pairs.category,
        {{ flag('students.is_contactable') }} as is_contactable,
        students.institution_unitid, students.school_type, students.major_family,
        students.graduation_date, flags.years_to_graduation, pairs.first_selected_at,
        pairs.first_completed_at, pairs.completed_date,
        {{ month_of('pairs.completed_date') }} as completed_month,
        dates.term, dates.term_year, dates.term_label, pairs.completion_count,
        outcomes.ats_applied_at, outcomes.is_pre_existing,
        outcomes.is_employed_elsewhere, flags.is_eligible, outcomes.observable_from,
        outcomes.observable_to, outcomes.follow_up_ends_at, outcomes.entry_days,
        outcomes.exit_days, outcomes.event,
        {{ event_code('outcomes.event') }} as event_code,
        {{ flag('flags.is_eligible = 1 and outcomes.exit_days > outcomes.entry_days') }}
            as is_at_risk,
        flags.readiness_date, flags.readiness_entry_days, flags.readiness_exit_days,
        case
            when flags.readiness_date is not null
                then {{ event_code('outcomes.event') }}
        end as readiness_event_code,
        flags.is_at_risk_from_readiness, outcomes.host_hired_date,
        outcomes.elsewhere_hired_date, outcomes.first_full_time_offer_at,
        outcomes.first_internship_offer_at, outcomes.first_internship_start_date,
        {% for days in [180, 365, 730] %}
            flags.is_mature_{{ days }}_days, flags.is_hired_{{ days }}_days,
            flags.is_ready_mature_{{ days }}_days,
            flags.is_hired_from_readiness_{{ days }}_days,
        {% endfor %}
        flags.is_mature_completer, flags.is_offered_365_days,
        flags.is_internship_offered_365_days, flags.is_interned_365_days,
        flags.is_due_365_days, flags.is_known_365_days, flags.is_known_hire_365_days,
        flags.is_reengagement_mature_180_days, flags.is_reengaged_180_days,
        flags.is_offered, flags.is_offer_accepted, flags.is_hired,
        case when outcomes.is_pre_existing = 0 then outcomes.is_retained_1_year end
            as is_retained_1_year,
        outcomes.class_year,
        cast(cast(outcomes.class_year as string) || '-06-30' as date)
            as class_ended_date, outcomes.nace_status,
        {{ flag("outcomes.nace_status in ('converted', 'not converted', 'unknown')") }}
            as is_nace_eligible,
        {{ flag("outcomes.nace_status = 'converted'") }} as is_nace_converted,
        {{ flag("outcomes.nace_status = 'unknown'") }} as is_nace_unknown
    from pairs
    inner join outcomes
        on pairs.person_key = outcomes.person_key and pairs.host_id = outcomes.host_id
    inner join flags
        on pairs.person_key = flags.person_key and pairs.host_id = flags.host_id
    left join students on pairs.student_key = students.student_key
    left join dates on pairs.completed_date = dates.date_day
)

select * from flagged_pairs
