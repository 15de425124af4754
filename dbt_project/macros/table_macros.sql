{#
    Publishes the curves and the concentration as table macros of marts, so that the models' own text runs on any slice.
    An engine without table macros has the models alone.
#}
{% macro publish_table_macros() -%}
    {{ return(adapter.dispatch('publish_table_macros', 'throughline')()) }}
{%- endmacro %}


{% macro default__publish_table_macros() -%}
    select 1 as engine_has_no_table_macros
{%- endmacro %}


{% macro duckdb__publish_table_macros() -%}
    {%- set followed = sliced_units(['entry_days', 'exit_days', 'event_code']) -%}
    create schema if not exists marts;
    create or replace macro marts.cumulative_incidence(rel) as table
    {{ cumulative_incidence(followed, curve_key='slice_key') }};
    comment on macro table marts.cumulative_incidence is
    'Aalen-Johansen curve of a relation with entry_days, exit_days, event_code and, if wanted, group_key';
    create or replace macro marts.kaplan_meier(rel) as table
    {{ kaplan_meier(followed, curve_key='slice_key') }};
    comment on macro table marts.kaplan_meier is
    'Kaplan-Meier curve of a relation with entry_days, exit_days, event_code and, if wanted, group_key';
    create or replace macro marts.concentration(rel) as table
    {{ concentration(sliced_units(['amount']), group_key='slice_key') }};
    comment on macro table marts.concentration is
    'Concentration of a relation with amount, one row per unit, and, if wanted, group_key: top-10 share, HHI, Gini';
{%- endmacro %}


{#
    The argument of a published table macro, with slice_key naming each group. group_key is optional: inside the
    lateral it is the relation's own column, or else the default's.
#}
{% macro sliced_units(columns) -%}
    (
        select slices.*
        from
            (select 'all' as group_key) as defaults,
            lateral (
                select {{ columns | join(', ') }}, group_key as slice_key
                from query_table(rel)
            ) as slices
    ) as sliced_units
{%- endmacro %}
