{#
    Aalen-Johansen: the cumulative incidence of event 1 (a full-time start at the host) where event 2
    (a start elsewhere) competes and 0 is censored. The relation and the risk set are those of risk_sets.
    The variance (Marubini and Valsecchi 1995, as in the R package cmprsk's delta method) is
        sum (F(t) - F)^2 a + sum b - 2 sum (F(t) - F) c
        with a = d / (n (n - d)), b = S^2 (n - d1) d1 / n^3, c = S d1 / n^2,
    multiplied out, so that running sums suffice and the table is never joined with itself.
    The band is 95 %, on the log(-log) scale; it is NULL while the incidence is 0 or 1.
    Only days on which somebody leaves are returned. This text is both a model's and a table macro's.
#}
{% macro cumulative_incidence(relation, curve_key='group_key') %}
    with {{ risk_sets(relation, curve_key) }},

    survivals as (
        select
            risk_sets.*,
            {{ survival_to_the_day('event_count') }} as survival
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
                case
                    when event_1_count > 0 then survival_before * event_1_count / at_risk_count
                    else cast(0 as double)
                end
            ) {{ up_to_the_day() }} as host_incidence,
            sum(
                case
                    when event_2_count > 0 then survival_before * event_2_count / at_risk_count
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
                when event_1_count > 0
                    then survival_before * survival_before * event_1_count * (at_risk_count - event_1_count)
                    / power(cast(at_risk_count as double), 3)
                else cast(0 as double)
            end as term_b,
            case
                when event_1_count > 0
                    then survival_before * event_1_count / power(cast(at_risk_count as double), 2)
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
        event_1_count as host_count,
        event_2_count as elsewhere_count,
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
