{# A condition as 0 or 1, so that sums of it are numerators and denominators; unknown is 0. #}
{% macro flag(condition) -%}
    cast(case when {{ condition }} then 1 else 0 end as bigint)
{%- endmacro %}
