{# What a cell may show by itself, as three columns, from its counts and its row of the seed suppression_bands: METRICS.md,
   "Suppression". Which more is withheld, so that sums do not undo this, is decided once per scope, where finished group
   tables are made (dashboards/fairness). #}
{% macro shown_alone(units, advanced, bands) -%}
    {%- set reach = var('band_reach') -%}
    {%- set few = advanced ~ ' <= ' ~ reach -%}
    {%- set exact = advanced ~ ' between ' ~ (reach + 1) ~ ' and ' ~ units ~ ' - ' ~ (reach + 1) -%}
    case
        when {{ bands }}.least_unit_count is null then 'hidden'
        when {{ exact }} then 'shown'
        when {{ bands }}.edge_rate is null then 'counted'
        else 'band'
    end as status_alone,
    case
        when {{ exact }} then null
        when {{ few }} then cast(0 * {{ bands }}.edge_rate as decimal(3, 2))
        else cast(1 - {{ bands }}.edge_rate as decimal(3, 2))
    end as band_low_rate,
    case
        when {{ exact }} then null
        when {{ few }} then cast({{ bands }}.edge_rate as decimal(3, 2))
        else cast(1 + 0 * {{ bands }}.edge_rate as decimal(3, 2))
    end as band_high_rate
{%- endmacro %}
