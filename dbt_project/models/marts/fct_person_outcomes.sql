with persons as (
    select
        person_key, completed_date, host_count, completion_count, watched_from,
        watched_to, is_employed, entry_days, exit_days, event_code
    from {{ ref('int_persons_followed') }}
),

students as (
    select student_key, school_type, major_family from {{ ref('dim_students') }}
),

dates as (
    select date_day, term, term_year, term_label from {{ ref('dim_dates') }}
),

flagged_persons as (
    select
        persons.person_key,
        persons.person_key as student_key,
        students.school_type,
        students.major_family,
        persons.completed_date as first_completed_date,
        dates.term,
        dates.term_year,
        dates.term_label,
        persons.host_count,
        persons.completion_count,
        persons.watched_from as observable_from,
        persons.watched_to as observable_to,
        persons.is_employed,
        persons.entry_days,
        persons.exit_days,
        persons.event_code,
        {% for days in [180, 365, 730] %}
            {% set window_end = date_after('persons.completed_date', days) %}
            {% set is_seen = 'persons.is_employed = 0 and persons.entry_days = 0' %}
            {% set mature = is_seen ~ ' and ' ~ window_end ~ ' <= persons.watched_to' %}
            {{ flag(mature) }} as is_mature_{{ days }}_days,
            {{ flag(mature ~ ' and persons.event_code = 1 and persons.exit_days <= '
                ~ days) }} as is_hired_{{ days }}_days,
        {% endfor %}
        {{ flag(
            'persons.is_employed = 0 and persons.exit_days > persons.entry_days'
        ) }} as is_at_risk
    from persons
    left join students
        on persons.person_key = students.student_key
    left join dates
        on persons.completed_date = dates.date_day
)

select * from flagged_persons
