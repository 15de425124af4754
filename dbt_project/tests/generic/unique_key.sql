{# Returns every combination of the columns that stands more than once, or that is incomplete. #}
{% test unique_key(model, columns) %}
    select {{ columns | join(', ') }}, count(*) as row_count
    from {{ model }}
    group by {{ columns | join(', ') }}
    having count(*) > 1
    {% for column in columns %} or {{ column }} is null{% endfor %}
{% endtest %}
