{#
    Each weight's own engagements: all before the hire, or those completed in so many days before it; of the ultimate
    parent, or of the hiring employer alone. The suffix of a window follows its weight's name.
#}
{%- set scopes = {
    'weight': 'true',
    'weight_180_days': 'days_before_start <= 180',
    'weight_365_days': 'days_before_start <= 365',
    'weight_730_days': 'days_before_start <= 730',
    'strict_weight': 'is_strict_host = 1',
    'strict_weight_180_days': 'is_strict_host = 1 and days_before_start <= 180',
    'strict_weight_365_days': 'is_strict_host = 1 and days_before_start <= 365',
    'strict_weight_730_days': 'is_strict_host = 1 and days_before_start <= 730',
} -%}
{%- set shares = {
    'first touch': 'case when touch_number = %s_first then 1e0 else 0e0 end',
    'last touch': 'case when touch_number = %s_last then 1e0 else 0e0 end',
    'linear': '1e0 / %s_count',
} -%}
with touches as (
    select hire_id, engagement_id, touch_number, days_before_start, is_strict_host
    from {{ ref('int_hires_preceded') }}
),

counted_touches as (
    select
        hire_id,
        engagement_id,
        touch_number,
        days_before_start,
        {% for scope, condition in scopes.items() %}
            min(case when {{ condition }} then touch_number end)
                over (partition by hire_id) as {{ scope }}_first,
            max(case when {{ condition }} then touch_number end)
                over (partition by hire_id) as {{ scope }}_last,
            sum({{ flag(condition) }}) over (partition by hire_id)
                as {{ scope }}_count,
        {% endfor %}
        is_strict_host
    from touches
),

credited_hires as (
    {% for credit_model, share in shares.items() %}
        select
            hire_id,
            engagement_id,
            '{{ credit_model }}' as credit_model,
            days_before_start,
            {% for scope, condition in scopes.items() %}
                cast(
                    case when {{ condition }} then {{ share % scope }} else 0e0 end
                    as double
                ) as {{ scope }},
            {% endfor %}
            is_strict_host
        from counted_touches
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from credited_hires
