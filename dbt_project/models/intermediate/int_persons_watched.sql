{#
    A person is watched through the feeds of the hosts, and by what a survey's answer tells of the time up to it. An
    answer that was given before the feeds began is left aside, since nobody watched in between.
#}
with pairs as (
    select person_key, host_id, completed_date, completion_count
    from {{ ref('int_person_hosts_completed') }}
),

observed_hosts as (
    select host_id, observable_from, observable_to from {{ ref('int_hosts_observed') }}
),

unfollowed as (
    select student_key, joined_at from {{ ref('int_students_unfollowed') }}
),

answers as (
    select student_key, surveyed_date, is_full_time
    from {{ ref('int_students_surveyed') }}
),

persons as (
    select
        pairs.person_key,
        min(pairs.completed_date) as completed_date,
        cast(count(*) as bigint) as host_count,
        cast(sum(pairs.completion_count) as bigint) as completion_count,
        min(observed_hosts.observable_from) as observable_from,
        max(observed_hosts.observable_to) as observable_to
    from pairs
    left join observed_hosts
        on pairs.host_id = observed_hosts.host_id
    group by pairs.person_key
),

{# Keys alone stand in the join: with more, every person meets every answer. #}
answered_persons as (
    select
        persons.*,
        unfollowed.joined_at as unfollowed_from,
        answers.surveyed_date,
        answers.is_full_time,
        case
            when
                persons.completed_date < answers.surveyed_date
                and coalesce(persons.observable_from <= answers.surveyed_date, true)
                then 1
            else 0
        end as is_told
    from persons
    left join unfollowed
        on persons.person_key = unfollowed.student_key
    left join answers
        on persons.person_key = answers.student_key
),

told_persons as (
    select
        answered_persons.*,
        case when is_told = 1 then surveyed_date end as answered_date,
        case when is_told = 1 then is_full_time end as is_answer_full_time
    from answered_persons
),

watched_persons as (
    select
        person_key,
        completed_date,
        host_count,
        completion_count,
        case when answered_date is not null then completed_date else observable_from end
            as watched_from,
        {{ follow_up_end(
            'greatest(coalesce(observable_to, answered_date),'
            ~ ' coalesce(answered_date, observable_to))',
            'unfollowed_from'
        ) }} as watched_to,
        case when is_answer_full_time = 1 then answered_date end as told_start_date
    from told_persons
)

select * from watched_persons
