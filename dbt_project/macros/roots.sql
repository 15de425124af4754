{#
    Follows a parent column to the last known ancestor: columns item_id, root_id, one row per item.
    A chain is cut after ten steps, so that a cycle ends.
#}
{% macro roots(relation, item, parent) %}
    with recursive items as (
        select
            {{ item }} as item_id,
            {{ parent }} as parent_id
        from {{ relation }}
    ),

    ancestors as (
        select
            items.item_id,
            items.item_id as ancestor_id,
            items.parent_id,
            0 as step_count
        from items
        union all
        select
            ancestors.item_id,
            items.item_id as ancestor_id,
            items.parent_id,
            ancestors.step_count + 1 as step_count
        from ancestors
        inner join items
            on ancestors.parent_id = items.item_id
        where ancestors.step_count < 10
    ),

    numbered_ancestors as (
        select
            item_id,
            ancestor_id,
            row_number() over (partition by item_id order by step_count desc) as closeness
        from ancestors
    )

    select
        item_id,
        ancestor_id as root_id
    from numbered_ancestors
    where closeness = 1
{% endmacro %}
