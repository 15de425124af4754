with employers as (
    select employer_id, coalesce(size_band, 'unknown') as size_band
    from {{ ref('stg_platform__employers') }}
),

counts as (
    select metric, host_id, category, numerator, denominator
    from {{ ref('int_peers_counted') }}
),

banded_counts as (
    select
        counts.*,
        coalesce(employers.size_band, 'unknown') as size_band
    from counts
    left join employers
        on counts.host_id = employers.employer_id
),

counts_by_band as (
    select * from banded_counts
    union all
    select metric, host_id, category, numerator, denominator, 'all' as size_band
    from banded_counts
),

size_bands as (
    select distinct size_band from employers
    union
    select 'all' as size_band
),

ranked_counts as (
    select
        counts_by_band.*,
        row_number() over (
            partition by metric, category, size_band
            order by denominator desc nulls last, host_id asc
        ) as place
    from counts_by_band
),

sums as (
    select
        metric,
        category,
        size_band,
        cast(count(*) as bigint) as host_count,
        cast(sum(numerator) as bigint) as numerator,
        cast(sum(denominator) as bigint) as denominator,
        max(case when place = 1 then host_id end) as largest_host_id,
        max(case when place = 1 then denominator else 0 end) as largest_denominator,
        max(case when place = 2 then denominator else 0 end) as second_denominator
    from ranked_counts
    group by metric, category, size_band
),

{# A band in which nobody did such work is a row too. #}
pools as (
    select sums.metric, sums.category, size_bands.size_band
    from sums
    cross join size_bands
    where sums.size_band = 'all'
),

{# Bands share no host: what lies outside of one is all less it, but for the largest. #}
pooled_peers as (
    select
        pools.metric,
        pools.category,
        pools.size_band,
        coalesce(max(sums.host_count), 0) as host_count,
        coalesce(max(sums.numerator), 0) as numerator,
        coalesce(max(sums.denominator), 0) as denominator,
        max(sums.largest_host_id) as largest_host_id,
        coalesce(max(sums.largest_denominator), 0) as largest_denominator,
        coalesce(max(sums.second_denominator), 0) as second_denominator,
        coalesce(max(others.largest_denominator), 0) as others_largest_denominator
    from pools
    left join sums
        on
            pools.metric = sums.metric
            and pools.category = sums.category
            and pools.size_band = sums.size_band
    left join sums as others
        on
            pools.metric = others.metric
            and pools.category = others.category
            and pools.size_band <> others.size_band
            and others.size_band <> 'all'
    group by pools.metric, pools.category, pools.size_band
)

select * from pooled_peers
