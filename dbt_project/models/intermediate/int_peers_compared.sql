with hosts as (
    select
        employers.employer_id as host_id,
        coalesce(employers.size_band, 'unknown') as size_band
    from {{ ref('stg_platform__employers') }} as employers
    inner join {{ ref('int_employers_rooted') }} as rooted_employers
        on employers.employer_id = rooted_employers.employer_id
    where rooted_employers.host_id = employers.employer_id
),

pools as (
    select
        metric, category, size_band, host_count, numerator, denominator,
        largest_host_id, largest_denominator, second_denominator,
        others_largest_denominator
    from {{ ref('int_peers_pooled') }}
),

counts as (
    select metric, host_id, category, numerator, denominator
    from {{ ref('int_peers_counted') }}
),

{# Who looks is taken out of all and of the own band; no other band held them. #}
peers as (
    select
        hosts.host_id,
        all_bands.metric,
        all_bands.category,
        hosts.size_band,
        {% for pool, prefix in [('all_bands', ''), ('own_band', 'band_')] %}
            {{ pool }}.numerator - coalesce(counts.numerator, 0)
                as {{ prefix }}numerator,
            {{ pool }}.denominator - coalesce(counts.denominator, 0)
                as {{ prefix }}denominator,
            {{ pool }}.host_count - {{ flag('counts.denominator > 0') }}
                as {{ prefix }}peer_count,
            case
                when {{ pool }}.largest_host_id = hosts.host_id
                    then {{ pool }}.second_denominator
                else {{ pool }}.largest_denominator
            end as {{ prefix }}largest_denominator,
        {% endfor %}
        all_bands.denominator - own_band.denominator as others_denominator,
        all_bands.host_count - own_band.host_count as others_peer_count,
        own_band.others_largest_denominator
    from hosts
    inner join pools as own_band
        on hosts.size_band = own_band.size_band
    inner join pools as all_bands
        on
            own_band.metric = all_bands.metric
            and own_band.category = all_bands.category
            and all_bands.size_band = 'all'
    left join counts
        on
            hosts.host_id = counts.host_id
            and own_band.metric = counts.metric
            and own_band.category = counts.category
),

compared_peers as (
    select
        peers.*,
        {% for prefix in ['', 'band_', 'others_'] %}
            {{ flag(
                prefix ~ 'peer_count >= ' ~ var('least_peers')
                ~ ' and 2 * ' ~ prefix ~ 'largest_denominator <= '
                ~ prefix ~ 'denominator'
            ) }} as {{ prefix }}is_safe{% if not loop.last %},{% endif %}
        {% endfor %}
    from peers
)

select * from compared_peers
