{# Returns every value of the column that stands more than once, or is missing: one test where dbt has two. #}
{% test key(model, column_name) %}
    select {{ column_name }}, count(*) as row_count
    from {{ model }}
    group by {{ column_name }}
    having count(*) > 1 or {{ column_name }} is null
{% endtest %}
