{% set rates_by_source = {
    'applications': [('selection_rate', 'is_selected_30_days', 'is_mature_30_days')],
    'projects': [
        ('fill_rate_30_days', 'is_filled_30_days', 'is_mature_30_days'),
        ('market_depth_rate', 'is_deep_7_days', 'is_mature_7_days')
    ],
    'engagements': [
        ('completion_rate', 'is_completed_in_time', 'is_mature_completion'),
        ('on_time_rate', 'is_on_time', 'is_timed'),
        ('cancellation_rate', 'is_cancelled', 'is_accepted'),
        ('would_hire_rate', 'is_would_hire', 'is_would_hire_answered')
    ],
    'completers': [
        ('reengagement_rate', 'is_reengaged_180_days', 'is_reengagement_mature_180_days'),
        ('offer_through', 'is_offered', 'is_watched'),
        ('hire_through_matured', 'is_hired', 'is_watched')
    ]
} %}

with applications as (
    select host_id, category, is_selected_30_days, is_mature_30_days
    from {{ ref('int_applications_progressed') }}
),

projects as (
    select
        host_id, category, is_mature_7_days, is_mature_30_days,
        {{ flag('is_mature_7_days = 1 and application_count_7_days >= 5') }}
            as is_deep_7_days,
        {{ flag('is_mature_30_days = 1 and accepted_count_30_days > 0') }}
            as is_filled_30_days
    from {{ ref('int_projects_progressed') }}
),

engagements as (
    select
        placed.host_id, placed.category, timed.is_mature_completion,
        timed.is_completed_in_time, timed.is_timed, timed.is_on_time,
        {{ flag('placed.cancelled_at is not null') }} as is_cancelled,
        1 as is_accepted,
        {{ flag('timed.is_approved = 1 and reviews.would_hire is not null') }}
            as is_would_hire_answered,
        {{ flag('timed.is_approved = 1 and reviews.would_hire') }} as is_would_hire
    from {{ ref('int_engagements_placed') }} as placed
    inner join {{ ref('int_engagements_timed') }} as timed
        on placed.engagement_id = timed.engagement_id
    left join {{ ref('int_engagements_reviewed') }} as reviews
        on placed.engagement_id = reviews.engagement_id
),

completers as (
    select
        completed.host_id, completed.category, untold.is_reengaged_180_days,
        untold.is_reengagement_mature_180_days, untold.is_watched,
        untold.is_offered, untold.is_hired
    from {{ ref('int_person_hosts_completed') }} as completed
    inner join {{ ref('int_person_hosts_untold') }} as untold
        on
            completed.person_key = untold.person_key
            and completed.host_id = untold.host_id
),

{% for source, rates in rates_by_source.items() %}
    {# Work of a category that is called all would be taken for the work of all. #}
    {{ source }}_by_host as (
        select
            host_id,
            {% for metric, counted, whole in rates %}
                sum({{ counted }}) as {{ metric }}_numerator,
                sum({{ whole }}) as {{ metric }}_denominator,
            {% endfor %}
            coalesce(nullif(category, 'all'), 'unknown') as category
        from {{ source }}
        where host_id is not null
        group by host_id, coalesce(nullif(category, 'all'), 'unknown')
    ),
{% endfor %}

counted_peers as (
    {% for source, rates in rates_by_source.items() %}
        {% for metric, counted, whole in rates %}
            {% for category in ['category', "'all'"] %}
                select
                    '{{ metric }}' as metric, host_id, {{ category }} as category,
                    cast(sum({{ metric }}_numerator) as bigint) as numerator,
                    cast(sum({{ metric }}_denominator) as bigint) as denominator
                from {{ source }}_by_host
                where {{ metric }}_denominator > 0
                group by host_id{{ ', category' if category == 'category' }}
                {{ 'union all' if not loop.last }}
            {% endfor %}
            {{ 'union all' if not loop.last }}
        {% endfor %}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from counted_peers
