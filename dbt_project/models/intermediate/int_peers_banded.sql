{#
    Which categories may be shown for the viewer's size band, and whether the band may be shown at all. What is shown of
    all bands, less this, is known too: so a category is judged in the band and outside of it, and withheld ones are
    joined by others until their union may be known on both sides, as in int_peers_withheld - the union of all that is
    withheld here, and the union of what is withheld here and shown for all bands. A category with nobody on one side
    tells nothing new: it never joins.
#}
{% set sides = ['band_', 'others_'] %}
{% set unions = [('', '1'), ('part_', 'is_shown')] %}

with cells as (
    select
        compared.*,
        withheld.is_shown,
        {{ flag(
            'withheld.is_shown = 1'
            ~ ' and (compared.band_is_safe = 1 or compared.band_denominator = 0)'
            ~ ' and (compared.others_is_safe = 1 or compared.others_denominator = 0)'
        ) }} as may_show,
        {{ flag('compared.band_denominator = 0 or compared.others_denominator = 0') }}
            as is_one_sided
    from {{ ref('int_peers_compared') }} as compared
    inner join {{ ref('int_peers_withheld') }} as withheld
        on
            compared.host_id = withheld.host_id
            and compared.metric = withheld.metric
            and compared.category = withheld.category
),

ordered_cells as (
    select
        cells.*,
        1 - may_show * is_one_sided as is_counted,
        sum(1 - may_show) over (partition by host_id, metric) as withheld_count,
        sum(1 - may_show * (1 - is_one_sided)) over (partition by host_id, metric)
            as fixed_count,
        row_number() over (
            partition by host_id, metric
            order by
                may_show * (1 - is_one_sided) asc nulls last,
                band_denominator asc nulls last, category asc nulls last
        ) as place
    from cells
),

joined_cells as (
    select
        ordered_cells.*,
        {% for side in sides %}
            {% for union, weight in unions %}
                {% set counted = 'is_counted * ' ~ weight ~ ' * ' ~ side %}
                {{ flag(
                    'sum(' ~ counted ~ 'denominator) over so_far = 0'
                    ~ ' or (max(' ~ counted ~ 'peer_count) over so_far >= '
                    ~ var('least_peers')
                    ~ ' and 2 * sum(' ~ counted ~ 'largest_denominator) over so_far'
                    ~ ' <= sum(' ~ counted ~ 'denominator) over so_far)'
                ) }} as {{ union }}{{ side }}is_hidden,
            {% endfor %}
        {% endfor %}
        {{ flag('place >= fixed_count') }} as is_reached
    from ordered_cells
    window so_far as (partition by host_id, metric order by place asc nulls last)
),

enough_cells as (
    select
        joined_cells.*,
        is_reached * band_is_hidden * part_band_is_hidden * others_is_hidden
        * part_others_is_hidden as is_enough
    from joined_cells
),

banded_peers as (
    select
        host_id,
        metric,
        category,
        {{ flag(
            'withheld_count = 0 or max(is_enough) over (partition by host_id, metric) = 1'
        ) }} as is_band_shown,
        {{ flag(
            'may_show = 1 and band_is_safe = 1 and (withheld_count = 0'
            ~ ' or is_one_sided = 1 or max(is_enough) over ('
            ~ 'partition by host_id, metric order by place asc nulls last'
            ~ ' rows between unbounded preceding and 1 preceding) = 1)'
        ) }} as is_shown_in_band
    from enough_cells
)

select * from banded_peers
