{# Returns the rows for which a condition is not true; unknown is not true. An identity of accounting, said once. #}
{% test holds(model, condition) %}
    select * from {{ model }} where not coalesce({{ condition }}, false)
{% endtest %}
