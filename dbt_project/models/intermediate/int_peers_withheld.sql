{#
    Which categories of a rate may be shown, the size bands taken together. All less what is shown is known to whoever
    subtracts: so those that may not be shown are joined by others, the smallest first, until what is withheld may be
    known as a whole. Of a union this much is sure: it has as many peers as the part with most, and its largest has no
    more than the parts' largest together.
#}
with cells as (
    select
        compared.*,
        sum(1 - is_safe) over (partition by host_id, metric) as unsafe_count,
        sum((1 - is_safe) * denominator) over (partition by host_id, metric)
            as unsafe_denominator,
        row_number() over (
            partition by host_id, metric
            order by
                is_safe asc nulls last, denominator asc nulls last,
                category asc nulls last
        ) as place
    from {{ ref('int_peers_compared') }} as compared
    where category <> 'all'
),

unions as (
    select
        cells.*,
        {{ flag(
            'place >= unsafe_count'
            ~ ' and max(peer_count) over so_far >= ' ~ var('least_peers')
            ~ ' and 2 * sum(largest_denominator) over so_far'
            ~ ' <= sum(denominator) over so_far'
        ) }} as is_enough
    from cells
    window so_far as (partition by host_id, metric order by place asc nulls last)
),

withheld_peers as (
    select
        host_id,
        metric,
        category,
        {{ flag(
            'is_safe = 1 and (unsafe_denominator = 0 or max(is_enough) over ('
            ~ 'partition by host_id, metric order by place asc nulls last'
            ~ ' rows between unbounded preceding and 1 preceding) = 1)'
        ) }} as is_shown
    from unions
)

select * from withheld_peers
