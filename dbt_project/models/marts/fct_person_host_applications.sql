{#
    Who was there before is asked on the day of the first application: what a host does with an applicant must not
    decide whether the applicant is counted. Of the selected it is asked again, on the day of the selection.
#}
with pairs as (
    select
        person_key, student_key, host_id, first_applied_at, first_applied_date,
        first_selected_at, application_count
    from {{ ref('int_person_hosts_approached') }}
),

observed_hosts as (
    select host_id, observable_from, observable_to from {{ ref('int_hosts_observed') }}
),

unfollowed as (
    select student_key, joined_at from {{ ref('int_students_unfollowed') }}
),

meetings as (
    select person_key, host_id, ats_applied_at, first_start_date
    from {{ ref('int_person_hosts_preceded') }}
),

hires as (
    select person_key, host_id, host_hired_date
    from {{ ref('fct_person_host_outcomes') }}
    where is_eligible = 1 and event = 'host' and exit_days <= 365
),

dates as (
    select date_day, term, term_year, term_label from {{ ref('dim_dates') }}
),

observed_pairs as (
    select
        pairs.*,
        {{ date_after('pairs.first_applied_date', 545) }} as window_end_date,
        observed_hosts.observable_from,
        {{ follow_up_end('observed_hosts.observable_to', 'unfollowed.joined_at') }}
            as follow_up_ends_at,
        {% for step in ['applied', 'selected'] %}
            {{ flag(
                'meetings.ats_applied_at < pairs.first_' ~ step ~ '_at'
                ~ ' or meetings.first_start_date <= cast(pairs.first_'
                ~ step ~ '_at as date)'
            ) }} as was_there_when_{{ step }},
        {% endfor %}
        hires.host_hired_date
    from pairs
    left join observed_hosts
        on pairs.host_id = observed_hosts.host_id
    left join unfollowed
        on pairs.student_key = unfollowed.student_key
    left join meetings
        on pairs.person_key = meetings.person_key and pairs.host_id = meetings.host_id
    left join hires
        on pairs.person_key = hires.person_key and pairs.host_id = hires.host_id
),

flagged_pairs as (
    select
        concat(pairs.person_key, ':', pairs.host_id) as person_host_application_key,
        pairs.person_key, pairs.student_key, pairs.host_id, pairs.first_applied_at,
        pairs.first_applied_date, dates.term, dates.term_year, dates.term_label,
        pairs.application_count, pairs.first_selected_at,
        {{ flag('pairs.first_selected_at is not null') }} as is_selected,
        pairs.was_there_when_applied as is_pre_existing,
        {% set mature = 'pairs.observable_from <= pairs.first_applied_date'
            ~ ' and pairs.window_end_date <= pairs.follow_up_ends_at'
            ~ ' and pairs.was_there_when_applied = 0' %}
        {% set selected = mature ~ ' and pairs.first_selected_at is not null'
            ~ ' and pairs.was_there_when_selected = 0' %}
        {{ flag(
            'pairs.first_selected_at is not null and (pairs.was_there_when_applied = 1'
            ~ ' or pairs.was_there_when_selected = 1)'
        ) }} as is_selected_pre_existing,
        {{ flag(mature) }} as is_mature_545_days,
        {{ flag(selected) }} as is_selected_mature_545_days,
        {{ flag(selected ~ ' and pairs.host_hired_date <= pairs.window_end_date') }}
            as is_hired_545_days
    from observed_pairs as pairs
    left join dates
        on pairs.first_applied_date = dates.date_day
)

select * from flagged_pairs
