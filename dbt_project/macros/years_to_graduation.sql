{# How far off a graduation is on a day, in one of four words; NULL where it is unknown. #}
{% macro years_to_graduation(graduation_date, day) -%}
    case
        when {{ graduation_date }} <= {{ day }} then 'graduated'
        when {{ graduation_date }} <= {{ date_after(day, 365) }} then 'within 1 year'
        when {{ graduation_date }} <= {{ date_after(day, 730) }} then '1 to 2 years'
        when {{ graduation_date }} is not null then 'over 2 years'
    end
{%- endmacro %}
