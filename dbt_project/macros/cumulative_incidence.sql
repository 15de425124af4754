{#
    Aalen-Johansen: the cumulative incidence of event 1 (a full-time start at the host) where event 2
    (a start elsewhere) competes and 0 is censored. The relation has one row per unit with entry_days
    (delayed entry, 0 if seen from the start), exit_days, event_code and the column that names its curve.
    At risk on a day: entry_days < day <= exit_days; events precede censoring on one day.
    The variance (Marubini and Valsecchi 1995, as in the R package cmprsk's delta method) is
        sum (F(t) - F)^2 a + sum b - 2 sum (F(t) - F) c
        with a = d / (n (n - d)), b = S^2 (n - d1) d1 / n^3, c = S d1 / n^2,
    multiplied out, so that running sums suffice and the table is never joined with itself.
    The band is 95 %, on the log(-log) scale; it is NULL while the incidence is 0 or 1.
    Only days on which somebody leaves are returned. This text is both a model's and a table macro's.
#}
{% macro cumulative_incidence(relation, curve_key='group_key') %}
    with units_at_risk as (
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
            case when event_code = 1 then 1 else 0 end as is_host,
            case when event_code = 2 then 1 else 0 end as is_elsewhere
        from units_at_risk
        union all
        select
            curve_key,
            entry_day as curve_day,
            1 as is_entry,
            0 as is_exit,
            0 as is_host,
            0 as is_elsewhere
        from units_at_risk
    ),

    curve_days as (
        select
            curve_key,
            curve_day,
            cast(sum(is_entry) as bigint) as entry_count,
            cast(sum(is_exit) as bigint) as exit_count,
            cast(sum(is_host) as bigint) as host_count,
            cast(sum(is_elsewhere) as bigint) as elsewhere_count
        from entries_and_exits
        group by curve_key, curve_day
    ),

    risk_sets as (
        select
            curve_key,
            curve_day,
            exit_count,
            host_count,
            elsewhere_count,
            host_count + elsewhere_count as event_count,
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
    ),

    survivals as (
        select
            risk_sets.*,
            {# S = 0 needs its own branch: ln(0) raises. #}
            case
                when max(case when event_count > 0 and event_count = at_risk_count then 1 else 0 end)
                    {{ up_to_the_day() }} = 1
                    then cast(0 as double)
                else exp(
                    sum(
                        case
                            when event_count > 0 and event_count < at_risk_count
                                then ln(1 - cast(event_count as double) / at_risk_count)
                            else cast(0 as double)
                        end
                    ) {{ up_to_the_day() }}
                )
            end as survival
        from risk_sets
    ),

    survivals_before as (
        select
            survivals.*,
            coalesce(lag(survival) over (partition by curve_key order by curve_day), 1) as survival_before
        from survivals
    ),

    incidences as (
        select
            survivals_before.*,
            sum(
                case when host_count > 0 then survival_before * host_count / at_risk_count else cast(0 as double) end
            ) {{ up_to_the_day() }} as host_incidence,
            sum(
                case
                    when elsewhere_count > 0 then survival_before * elsewhere_count / at_risk_count
                    else cast(0 as double)
                end
            ) {{ up_to_the_day() }} as elsewhere_incidence,
            case
                when event_count > 0 and event_count < at_risk_count
                    then cast(event_count as double)
                    / (cast(at_risk_count as double) * (at_risk_count - event_count))
                else cast(0 as double)
            end as term_a,
            case
                when host_count > 0
                    then survival_before * survival_before * host_count * (at_risk_count - host_count)
                    / power(cast(at_risk_count as double), 3)
                else cast(0 as double)
            end as term_b,
            case
                when host_count > 0
                    then survival_before * host_count / power(cast(at_risk_count as double), 2)
                else cast(0 as double)
            end as term_c
        from survivals_before
    ),

    running_sums as (
        select
            incidences.*,
            sum(term_a) {{ up_to_the_day() }} as sum_a,
            sum(host_incidence * term_a) {{ up_to_the_day() }} as sum_fa,
            sum(host_incidence * host_incidence * term_a) {{ up_to_the_day() }} as sum_ffa,
            sum(term_b) {{ up_to_the_day() }} as sum_b,
            sum(term_c) {{ up_to_the_day() }} as sum_c,
            sum(host_incidence * term_c) {{ up_to_the_day() }} as sum_fc
        from incidences
    ),

    variances as (
        select
            running_sums.*,
            greatest(
                host_incidence * host_incidence * sum_a
                - 2 * host_incidence * sum_fa
                + sum_ffa
                + sum_b
                - 2 * host_incidence * sum_c
                + 2 * sum_fc,
                cast(0 as double)
            ) as host_variance
        from running_sums
    ),

    bands as (
        select
            variances.*,
            {# 1.959963984540054 is the standard normal's 97.5th percentile. #}
            case
                when host_incidence > 0 and host_incidence < 1
                    then 1.959963984540054e0 * sqrt(host_variance)
                    / (host_incidence * ln(host_incidence))
            end as half_width
        from variances
    )

    select
        curve_key as group_key,
        curve_day as day,
        at_risk_count,
        host_count,
        elsewhere_count,
        {# Sums of doubles may end a rounding error above 1. #}
        least(host_incidence, cast(1 as double)) as host_incidence,
        host_variance,
        power(host_incidence, exp(-half_width)) as host_lower,
        power(host_incidence, exp(half_width)) as host_upper,
        least(elsewhere_incidence, cast(1 as double)) as elsewhere_incidence,
        survival
    from bands
    where exit_count > 0
{% endmacro %}


{% macro up_to_the_day() -%}
    over (partition by curve_key order by curve_day rows between unbounded preceding and current row)
{%- endmacro %}


{# Publishes the curve as marts.cumulative_incidence(rel), so that the same text runs on any slice. #}
{% macro create_cumulative_incidence() -%}
    {{ return(adapter.dispatch('create_cumulative_incidence', 'throughline')()) }}
{%- endmacro %}


{% macro default__create_cumulative_incidence() -%}
    select 1 as engine_has_no_table_macros
{%- endmacro %}


{% macro duckdb__create_cumulative_incidence() -%}
    {#- group_key is optional: inside the lateral it is the relation's own column, or else the default's. -#}
    {%- set slice -%}
        (
            select slices.*
            from
                (select 'all' as group_key) as defaults,
                lateral (
                    select entry_days, exit_days, event_code, group_key as slice_key
                    from query_table(rel)
                ) as slices
        ) as sliced_units
    {%- endset -%}
    create schema if not exists marts;
    create or replace macro marts.cumulative_incidence(rel) as table
    {{ cumulative_incidence(slice, curve_key='slice_key') }};
    comment on macro table marts.cumulative_incidence is
    'Aalen-Johansen curve of a relation with entry_days, exit_days, event_code and, if wanted, group_key';
{%- endmacro %}
