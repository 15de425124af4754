{#
    How many are at risk, and what happens to them, on each day of each curve: the steps that every curve begins with.
    The relation has one row per unit with entry_days (delayed entry, 0 if seen from the start), exit_days, event_code
    (0 is censored) and the column that names its curve. At risk on a day: entry_days < day <= exit_days, so that
    events precede censoring on one day, and who enters on a day is not at risk of that day's events.
    A unit that left before it was watched, or whose days are unknown, is left out.
#}
{% macro risk_sets(relation, curve_key) -%}
    units_at_risk as (
        select
            {{ curve_key }} as curve_key,
            cast(entry_days as bigint) as entry_day,
            cast(exit_days as bigint) as exit_day,
            cast(event_code as bigint) as event_code
        from {{ relation }}
        where exit_days > entry_days
    ),

    entries_and_exits as (
        select
            curve_key,
            exit_day as curve_day,
            0 as is_entry,
            1 as is_exit,
            case when event_code = 1 then 1 else 0 end as is_event_1,
            case when event_code = 2 then 1 else 0 end as is_event_2
        from units_at_risk
        union all
        select
            curve_key,
            entry_day as curve_day,
            1 as is_entry,
            0 as is_exit,
            0 as is_event_1,
            0 as is_event_2
        from units_at_risk
    ),

    curve_days as (
        select
            curve_key,
            curve_day,
            cast(sum(is_entry) as bigint) as entry_count,
            cast(sum(is_exit) as bigint) as exit_count,
            cast(sum(is_event_1) as bigint) as event_1_count,
            cast(sum(is_event_2) as bigint) as event_2_count
        from entries_and_exits
        group by curve_key, curve_day
    ),

    risk_sets as (
        select
            curve_key,
            curve_day,
            exit_count,
            event_1_count,
            event_2_count,
            event_1_count + event_2_count as event_count,
            cast(
                coalesce(
                    sum(entry_count - exit_count) over (
                        partition by curve_key
                        order by curve_day
                        rows between unbounded preceding and 1 preceding
                    ),
                    0
                ) as bigint
            ) as at_risk_count
        from curve_days
    )
{%- endmacro %}


{# The share that no event has reached: 1 less the events among those at risk, multiplied up day by day. #}
{% macro survival_to_the_day(events) -%}
    {# S = 0 needs its own branch: ln(0) raises. -#}
    case
        when max(
            case when {{ events }} > 0 and {{ events }} = at_risk_count then 1 else 0 end
        ) {{ up_to_the_day() }} = 1
            then cast(0 as double)
        else exp(
            sum(
                case
                    when {{ events }} > 0 and {{ events }} < at_risk_count
                        then ln(1 - cast({{ events }} as double) / at_risk_count)
                    else cast(0 as double)
                end
            ) {{ up_to_the_day() }}
        )
    end
{%- endmacro %}


{% macro up_to_the_day() -%}
    over (partition by curve_key order by curve_day rows between unbounded preceding and current row)
{%- endmacro %}
