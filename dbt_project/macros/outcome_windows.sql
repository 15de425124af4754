{# A pair's whole window of so many days was seen: no late entry, and the follow-up lasted. #}
{% macro is_window_observed(days) -%}
    outcomes.entry_days = 0
        and {{ date_after('pairs.completed_date', days) }} <= outcomes.follow_up_ends_at
{%- endmacro %}


{# The same, counted from readiness for work: the later of completion and graduation. #}
{% macro is_window_observed_from_readiness(days) -%}
    readiness.readiness_entry_days = 0
        and {{ date_after('readiness.readiness_date', days) }} <= outcomes.follow_up_ends_at
{%- endmacro %}


{# Nobody hired them before: neither known to the host, nor in full-time work elsewhere, on completing. #}
{% macro is_eligible() -%}
    outcomes.is_pre_existing = 0 and outcomes.is_employed_elsewhere = 0
{%- endmacro %}


{#
    The last day of watch: the feed's, or the day of joining for those who never consented to be followed (NULL for
    all others); NULL where no feed tells.
#}
{% macro follow_up_end(observable_to, joined_at) -%}
    case
        when cast({{ joined_at }} as date) < {{ observable_to }}
            then cast({{ joined_at }} as date)
        else {{ observable_to }}
    end
{%- endmacro %}


{# The class of a graduation, 1 July to 30 June, named after the June. #}
{% macro class_year(day) -%}
    cast(
        extract(year from {{ day }})
        + case when extract(month from {{ day }}) <= 6 then 0 else 1 end
        as bigint
    )
{%- endmacro %}


{# The event as a curve reads it: 1 the host, 2 elsewhere, 0 censored. #}
{% macro event_code(event) -%}
    cast(case {{ event }} when 'host' then 1 when 'elsewhere' then 2 else 0 end as bigint)
{%- endmacro %}
