with pairs as (
    select
        host_id, entry_days, exit_days, event_code, is_at_risk, readiness_entry_days,
        readiness_exit_days, readiness_event_code, is_at_risk_from_readiness
    from {{ ref('fct_person_host_outcomes') }}
),

pairs_from_completion as (
    select host_id, entry_days, exit_days, event_code
    from pairs
    where is_at_risk = 1
),

pairs_from_readiness as (
    select
        host_id,
        readiness_entry_days as entry_days,
        readiness_exit_days as exit_days,
        readiness_event_code as event_code
    from pairs
    where is_at_risk_from_readiness = 1
),

{% for clock in ['completion', 'readiness'] %}
    scoped_pairs_from_{{ clock }} as (
        select 'platform' as scope_id, entry_days, exit_days, event_code
        from pairs_from_{{ clock }}
        union all
        select host_id as scope_id, entry_days, exit_days, event_code
        from pairs_from_{{ clock }}
    ),

    curves_from_{{ clock }} as (
        {{ cumulative_incidence(
            'scoped_pairs_from_' ~ clock, curve_key='scope_id'
        ) }}
    ),
{% endfor %}

clocked_curves as (
    {% for clock in ['completion', 'readiness'] %}
        select
            '{{ clock }}' as clock,
            group_key as scope_id,
            day,
            at_risk_count,
            host_count,
            elsewhere_count,
            host_incidence,
            host_lower,
            host_upper,
            elsewhere_incidence,
            survival
        from curves_from_{{ clock }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from clocked_curves
