{#
    Readiness is the later of completion and graduation: a sophomore is no failure. An event before it counts on its
    first day, but only where that day was watched, so that who is counted does not depend on what became of them.
#}
with pairs as (
    select
        person_key, host_id, completed_date, observable_from, follow_up_ends_at,
        entry_days, exit_days, event, is_pre_existing, is_employed_elsewhere
    from {{ ref('int_person_hosts_followed') }}
),

students as (
    select student_key, graduation_date from {{ ref('int_students_classed') }}
    where not is_deleted
),

distances as (
    select years_to_graduation, after_days, until_days
    from {{ ref('graduation_distances') }}
),

graduating_pairs as (
    select
        pairs.*,
        greatest(pairs.completed_date, students.graduation_date) as readiness_date,
        {{ days_between('pairs.completed_date', 'students.graduation_date') }}
            as days_to_graduation
    from pairs
    inner join students
        on pairs.person_key = students.student_key
),

delayed_pairs as (
    select
        graduating_pairs.*,
        {{ days_between('completed_date', 'readiness_date') }} as delay_days,
        case
            when observable_from is not null
                then greatest(
                    {{ days_between('readiness_date', 'observable_from') }}, 0
                )
        end as readiness_entry_days
    from graduating_pairs
),

timed_pairs as (
    select
        delayed_pairs.*,
        case
            when event = 'none' then exit_days - delay_days
            else greatest(exit_days - delay_days, 1)
        end as readiness_exit_days
    from delayed_pairs
),

readied_pairs as (
    select
        timed_pairs.person_key,
        timed_pairs.host_id,
        distances.years_to_graduation,
        timed_pairs.readiness_date,
        timed_pairs.readiness_entry_days,
        timed_pairs.readiness_exit_days,
        {{ flag(
            'timed_pairs.is_pre_existing = 0 and timed_pairs.is_employed_elsewhere = 0'
            ~ ' and timed_pairs.readiness_date < timed_pairs.follow_up_ends_at'
            ~ ' and timed_pairs.exit_days > timed_pairs.entry_days'
            ~ ' and timed_pairs.readiness_exit_days > timed_pairs.readiness_entry_days'
        ) }} as is_at_risk_from_readiness
    from timed_pairs
    inner join distances
        on
            timed_pairs.days_to_graduation > distances.after_days
            and timed_pairs.days_to_graduation <= distances.until_days
)

select * from readied_pairs
