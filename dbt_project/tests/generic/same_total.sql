{# Returns both sums where they differ: of a column here, and of a column of another relation. #}
{% test same_total(model, column, other, other_column, filter='true', other_filter='true') %}
    with totals as (
        select
            (select coalesce(sum({{ column }}), 0) from {{ model }} where {{ filter }}) as own_total,
            (select coalesce(sum({{ other_column }}), 0) from {{ other }} where {{ other_filter }}) as other_total
    )

    select * from totals where own_total <> other_total
{% endtest %}
