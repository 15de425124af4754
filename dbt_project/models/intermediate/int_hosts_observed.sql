{# When a hire at a host would be seen: from the first of its feeds to the last. #}
with cuts as (
    select as_of_date from {{ ref('stg_ops__as_of') }}
),

feeds as (
    select employer_id, observable_from, observable_to, last_synced_at
    from {{ ref('stg_outcomes__outcome_feeds') }}
),

employers as (
    select employer_id, host_id from {{ ref('int_employers_rooted') }}
),

observed_feeds as (
    select
        coalesce(employers.host_id, feeds.employer_id) as host_id,
        feeds.observable_from,
        least(
            cuts.as_of_date,
            coalesce(feeds.observable_to, cuts.as_of_date),
            coalesce(cast(feeds.last_synced_at as date), cuts.as_of_date)
        ) as observable_to
    from feeds
    cross join cuts
    left join employers
        on feeds.employer_id = employers.employer_id
),

observed_hosts as (
    select
        host_id,
        min(observable_from) as observable_from,
        max(observable_to) as observable_to
    from observed_feeds
    group by host_id
)

select * from observed_hosts
