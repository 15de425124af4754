{# Whole days from one date to another. #}
{% macro days_between(first, second) -%}
    cast({{ dbt.datediff(first, second, 'day') }} as bigint)
{%- endmacro %}


{# Days since 1970-01-01, to frame windows by: engines differ in how they frame dates. #}
{% macro day_number(day) -%}
    {{ days_between("cast('1970-01-01' as date)", day) }}
{%- endmacro %}


{# Days from one moment to another, to the hundredth. #}
{% macro elapsed_days(first, second) -%}
    cast({{ dbt.datediff(first, second, 'second') }} / 86400.0 as decimal(9, 2))
{%- endmacro %}


{# Days begun from one moment to another, at least one: the day on which a curve's follow-up ends. #}
{% macro days_begun(first, second) -%}
    cast(
        greatest(ceil({{ dbt.datediff(first, second, 'second') }} / 86400.0), 1) as bigint
    )
{%- endmacro %}


{# The moment so many days later. #}
{% macro days_after(moment, days) -%}
    {{ dbt.dateadd('day', days, moment) }}
{%- endmacro %}


{# The date so many days later. #}
{% macro date_after(day, days) -%}
    cast({{ dbt.dateadd('day', days, day) }} as date)
{%- endmacro %}


{# The first day of the week, month or quarter that a date lies in. #}
{% macro period_of(period, day) -%}
    cast({{ dbt.date_trunc(period, day) }} as date)
{%- endmacro %}


{# The first day of the month that a date lies in. #}
{% macro month_of(day) -%}
    {{ period_of('month', day) }}
{%- endmacro %}


{# One row per day, date_day, from the first day on and before the last. #}
{% macro every_day(first, last) %}
    {{ dbt.date_spine(
        'day', "cast('" ~ first ~ "' as date)", "cast('" ~ last ~ "' as date)"
    ) }}
{% endmacro %}


{# The last day of the month that a first day begins. #}
{% macro last_day_of_month(first_day) -%}
    cast({{ dbt.last_day(first_day, 'month') }} as date)
{%- endmacro %}


{# The date so many months later. #}
{% macro months_after(day, months) -%}
    cast({{ dbt.dateadd('month', months, day) }} as date)
{%- endmacro %}
