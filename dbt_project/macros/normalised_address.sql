{# An e-mail address as it is compared: pipelines/pseudonyms.py holds the same rule, and a test that they agree. #}
{% macro normalised_address(address) -%}
    nullif(lower(trim({{ address }})), '')
{%- endmacro %}
