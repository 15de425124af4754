{# A pair's whole window of so many days was seen: no late entry, and the follow-up lasted. #}
{% macro is_window_observed(days) -%}
    outcomes.entry_days = 0
        and {{ date_after('pairs.completed_date', days) }} <= outcomes.follow_up_ends_at
{%- endmacro %}


{# Nobody hired them before: neither known to the host, nor in full-time work elsewhere, on completing. #}
{% macro is_eligible() -%}
    outcomes.is_pre_existing = 0 and outcomes.is_employed_elsewhere = 0
{%- endmacro %}


{# 1 if a hire lasted a year, 0 if not, NULL while nobody can know: year not over, feed ended, or only an offer. #}
{% macro is_retained(hires, observable_to) -%}
    case
        when {{ hires }}.evidence = 'employment'
            and {{ date_after(hires ~ '.start_date', 365) }} <= {{ observable_to }}
            then {{ flag(
                'coalesce(' ~ hires ~ '.end_date >= '
                ~ date_after(hires ~ '.start_date', 365) ~ ', true)'
            ) }}
    end
{%- endmacro %}
