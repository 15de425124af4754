with compared as (
    select
        host_id, metric, category, size_band, numerator, denominator, peer_count,
        is_safe, band_numerator, band_denominator, band_peer_count, band_is_safe,
        others_denominator, others_is_safe
    from {{ ref('int_peers_compared') }}
),

shown_categories as (
    select host_id, metric, category, is_shown from {{ ref('int_peers_withheld') }}
),

shown_bands as (
    select host_id, metric, category, is_band_shown, is_shown_in_band
    from {{ ref('int_peers_banded') }}
),

wholes as (
    select
        compared.host_id,
        compared.metric,
        compared.is_safe as is_shown,
        {{ flag(
            'compared.is_safe = 1 and compared.band_is_safe = 1'
            ~ ' and (compared.others_is_safe = 1 or compared.others_denominator = 0)'
            ~ ' and min(shown_bands.is_band_shown) = 1'
        ) }} as is_band_shown
    from compared
    inner join shown_bands
        on
            compared.host_id = shown_bands.host_id
            and compared.metric = shown_bands.metric
    where compared.category = 'all'
    group by
        compared.host_id, compared.metric, compared.is_safe, compared.band_is_safe,
        compared.others_is_safe, compared.others_denominator
),

judged_cells as (
    select
        compared.*,
        wholes.is_shown * coalesce(shown_categories.is_shown, 1) as is_shown,
        wholes.is_band_shown * coalesce(shown_bands.is_shown_in_band, 1)
            as is_shown_in_band
    from compared
    inner join wholes
        on
            compared.host_id = wholes.host_id
            and compared.metric = wholes.metric
    left join shown_categories
        on
            compared.host_id = shown_categories.host_id
            and compared.metric = shown_categories.metric
            and compared.category = shown_categories.category
    left join shown_bands
        on
            compared.host_id = shown_bands.host_id
            and compared.metric = shown_bands.metric
            and compared.category = shown_bands.category
),

peer_benchmarks as (
    {% for prefix, band, shown in [
        ('', "'all'", 'is_shown'), ('band_', 'size_band', 'is_shown_in_band')
    ] %}
        select
            concat(host_id, ':', metric, ':', {{ band }}, ':', category)
                as peer_benchmark_key,
            host_id,
            metric,
            category,
            {{ band }} as size_band,
            {{ shown }} as is_shown,
            case
                when {{ shown }} = 1 then null
                when {{ prefix }}peer_count < {{ var('least_peers') }}
                    then 'too few employers'
                when {{ prefix }}is_safe = 0 then 'one employer too large'
                else 'would tell of others'
            end as hidden_reason,
            case when {{ shown }} = 1 then {{ prefix }}peer_count end as peer_count,
            case when {{ shown }} = 1 then {{ prefix }}numerator end as numerator,
            case when {{ shown }} = 1 then {{ prefix }}denominator end as denominator
        from judged_cells
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}
)

select * from peer_benchmarks
