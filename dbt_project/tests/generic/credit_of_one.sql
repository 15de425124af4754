{# Each hire's weights under a model sum to one where any of its rows may take credit, and to zero where none may. #}
{% test credit_of_one(model, weight, condition) %}
    select hire_id, credit_model, sum({{ weight }}) as credit
    from {{ model }}
    group by hire_id, credit_model
    having
        abs(sum({{ weight }}) - max(case when {{ condition }} then 1 else 0 end)) > 0.000000001
        or min({{ weight }}) < 0
{% endtest %}
