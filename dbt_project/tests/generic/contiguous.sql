{# Returns the spans that are empty, or that leave a gap to the span before or overlap with it. #}
{% test contiguous(model, first, last) %}
    with spans as (
        select
            {{ first }} as first_value,
            {{ last }} as last_value,
            lag({{ last }}) over (order by {{ first }} asc nulls last) as previous_last
        from {{ model }}
    )

    select * from spans
    where not coalesce(first_value < last_value, false) or first_value <> previous_last
{% endtest %}
