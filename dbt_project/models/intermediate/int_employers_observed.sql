{#
    A hire is seen if any system of the employer sees it, so overlapping feeds and feeds that follow each other day by
    day make one stretch. After a gap only the last stretch counts: nobody watched in between. A feed that has seen
    nothing yet is none.
#}
with cuts as (
    select as_of_date from {{ ref('stg_ops__as_of') }}
),

feeds as (
    select employer_id, system, observable_from, observable_to, last_synced_at
    from {{ ref('stg_outcomes__outcome_feeds') }}
),

observed_feeds as (
    select
        feeds.employer_id,
        feeds.system,
        feeds.observable_from,
        least(
            cuts.as_of_date,
            coalesce(feeds.observable_to, cuts.as_of_date),
            coalesce(cast(feeds.last_synced_at as date), cuts.as_of_date)
        ) as observable_to
    from feeds
    cross join cuts
),

preceded_feeds as (
    select
        employer_id,
        observable_from,
        observable_to,
        max(case when observable_from <= observable_to then observable_to end) over (
            partition by employer_id
            order by observable_from nulls last, system nulls last
            rows between unbounded preceding and 1 preceding
        ) as seen_until
    from observed_feeds
),

observed_employers as (
    select
        employer_id,
        max(
            case
                when coalesce(observable_from > {{ date_after('seen_until', 1) }}, true)
                    then observable_from
            end
        ) as observable_from,
        max(observable_to) as observable_to
    from preceded_feeds
    where observable_from <= observable_to
    group by employer_id
)

select * from observed_employers
