with persons as (
    select
        person_key, completed_date, host_count, completion_count, watched_from,
        watched_to, told_start_date
    from {{ ref('int_persons_watched') }}
),

hires as (
    select person_key, start_date, end_date from {{ ref('int_hires_started') }}
),

started_persons as (
    select
        persons.person_key,
        max(
            case
                when
                    hires.start_date <= persons.completed_date
                    and coalesce(hires.end_date > persons.completed_date, true)
                    then 1
                else 0
            end
        ) as was_employed,
        min(
            case
                when hires.start_date > persons.completed_date then hires.start_date
            end
        ) as first_start_date
    from persons
    inner join hires
        on persons.person_key = hires.person_key
    group by persons.person_key
),

hired_persons as (
    select
        persons.*,
        {{ flag('started.was_employed = 1') }} as is_employed,
        least(
            coalesce(started.first_start_date, persons.told_start_date),
            coalesce(persons.told_start_date, started.first_start_date)
        ) as hired_date
    from persons
    left join started_persons as started
        on persons.person_key = started.person_key
),

followed_persons as (
    select
        hired_persons.*,
        case
            when watched_from is not null
                then greatest({{ days_between('completed_date', 'watched_from') }}, 0)
        end as entry_days,
        {{ days_between(
            'completed_date',
            'case when hired_date <= watched_to then hired_date else watched_to end'
        ) }} as exit_days,
        {{ flag('hired_date <= watched_to') }} as event_code
    from hired_persons
)

select * from followed_persons
