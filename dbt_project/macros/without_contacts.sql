{# A text that somebody typed, without e-mail addresses and telephone numbers: it is published. #}
{% macro without_contacts(text) -%}
    {{ return(adapter.dispatch('without_contacts', 'throughline')(text)) }}
{%- endmacro %}


{% macro contact_patterns() -%}
    {{ return([
        '[^[:space:]<>()@,;]+@[^[:space:]<>()@,;]+[.][A-Za-z]{2,}',
        '[+][0-9][0-9 ().-]{7,}[0-9]',
        '[(]?[0-9]{3}[)]?[ .-]{1,2}[0-9]{3}[ .-][0-9]{4}',
    ]) }}
{%- endmacro %}


{% macro default__without_contacts(text) -%}
    {%- for pattern in throughline.contact_patterns() %}regexp_replace({% endfor -%}
    {{ text }}
    {%- for pattern in throughline.contact_patterns() %}, '{{ pattern }}', '[contact]', 'g'){% endfor %}
{%- endmacro %}


{% macro spark__without_contacts(text) -%}
    {%- for pattern in throughline.contact_patterns() %}regexp_replace({% endfor -%}
    {{ text }}
    {%- for pattern in throughline.contact_patterns() %}, '{{ pattern.replace("[:space:]", "\\\\s") }}', '[contact]'){% endfor %}
{%- endmacro %}
