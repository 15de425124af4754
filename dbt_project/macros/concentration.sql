{#
    How unevenly an amount is spread over units. The relation has one row per unit with amount (not negative; a unit
    whose amount is unknown is left out, one with nothing counts) and, if wanted, the column that names its group.
        hhi   Herfindahl and Hirschman: sum of squared percentage shares, 10000 / n to 10000
        gini  2 sum(i x_i) / (n sum x) - (n + 1) / n over the amounts in rising order: 0 if all are equal
    Amounts are taken to the sixth decimal, up to 10^12, since sums of doubles depend on the order of the rows.
    Shares of a total of nothing are NULL. This text is both a model's and a table macro's.
#}
{% macro concentration(relation, group_key='group_key') %}
    with sized_units as (
        select
            {{ group_key }} as unit_group,
            cast(amount as decimal(18, 6)) as amount
        from {{ relation }}
        where amount is not null
    ),

    ranked_units as (
        select
            unit_group,
            amount,
            row_number() over (partition by unit_group order by amount) as rising_rank,
            row_number() over (partition by unit_group order by amount desc) as falling_rank
        from sized_units
    ),

    group_sums as (
        select
            unit_group,
            cast(count(*) as bigint) as unit_count,
            cast(sum(amount) as double) as total,
            cast(sum(case when falling_rank <= 10 then amount else 0 end) as double) as top_10_total,
            cast(sum(amount * cast(amount as decimal(38, 6))) as double) as square_total,
            cast(sum(amount * rising_rank) as double) as ranked_total
        from ranked_units
        group by unit_group
    )

    select
        unit_group as group_key,
        unit_count,
        total,
        {# A division may end a rounding error beside 0 or 1; least and greatest pass over NULL. #}
        case when total > 0 then least(top_10_total / total, cast(1 as double)) end as top_10_share,
        case when total > 0 then 10000 * square_total / (total * total) end as hhi,
        case
            when total > 0 then greatest(
                2 * ranked_total / (unit_count * total) - (unit_count + 1) / cast(unit_count as double),
                cast(0 as double)
            )
        end as gini
    from group_sums
{% endmacro %}
