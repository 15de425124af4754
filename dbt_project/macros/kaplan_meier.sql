{#
    Kaplan-Meier: the share that event 1 has not reached yet, where every other event_code is censored. Take
    cumulative_incidence where another event rules the first one out: one minus this would overstate it.
    The relation and the risk set are those of risk_sets. Only days on which somebody leaves are returned.
    The variance is Greenwood's, S^2 sum d / (n (n - d)); it is 0 where S is 1 or 0, as S (1 - S) / n is without
    censoring. The band is 95 %, on the log(-log) scale (Kalbfleisch and Prentice); it is NULL where S is 1 or 0.
    This text is both a model's and a table macro's.
#}
{% macro kaplan_meier(relation, curve_key='group_key') %}
    with {{ risk_sets(relation, curve_key) }},

    survivals as (
        select
            risk_sets.*,
            {{ survival_to_the_day('event_1_count') }} as survival,
            sum(
                case
                    when event_1_count > 0 and event_1_count < at_risk_count
                        then cast(event_1_count as double)
                        / (cast(at_risk_count as double) * (at_risk_count - event_1_count))
                    else cast(0 as double)
                end
            ) {{ up_to_the_day() }} as greenwood_sum
        from risk_sets
    ),

    bands as (
        select
            survivals.*,
            {# 1.959963984540054 is the standard normal's 97.5th percentile. #}
            case
                when survival > 0 and survival < 1
                    then 1.959963984540054e0 * sqrt(greenwood_sum) / ln(survival)
            end as half_width
        from survivals
    )

    select
        curve_key as group_key,
        curve_day as day,
        at_risk_count,
        event_1_count as event_count,
        survival,
        survival * survival * greenwood_sum as variance,
        power(survival, exp(-half_width)) as survival_lower,
        power(survival, exp(half_width)) as survival_upper
    from bands
    where exit_count > 0
{% endmacro %}
