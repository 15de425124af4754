with parts as (
    select
        stage, host_id, term_label, group_dimension, group_value, unit_count,
        advanced_count
    from {{ ref('int_selections_counted') }}
),

terms as (
    select
        term_label,
        min(date_day) as term_start_date
    from {{ ref('dim_dates') }}
    group by term_label
),

{# Every total that is shown is a row, so that no total undoes what is withheld. #}
totals as (
    {% for scope in ['host_id', "'platform'"] %}
        {% for period in ['term_label', "'All time'"] %}
            select
                {{ scope }} as scope_id,
                {{ period }} as period_label,
                stage,
                group_dimension,
                group_value,
                {{ 1 if scope == 'host_id' and period == 'term_label' else 0 }}
                    as is_part,
                cast(sum(unit_count) as bigint) as unit_count,
                cast(sum(advanced_count) as bigint) as advanced_count
            from parts
            group by
                {% if scope == 'host_id' %} host_id, {% endif %}
                {% if period == 'term_label' %} term_label, {% endif %}
                stage, group_dimension, group_value
            {% if not loop.last %}
                union all
            {% endif %}
        {% endfor %}
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}
),

ranked_totals as (
    select
        totals.*,
        row_number() over (
            partition by scope_id, period_label, stage, group_dimension
            order by
                case
                    when
                        group_value is not null
                        and unit_count >= {{ var('smallest_leading_group') }}
                        then 0
                    else 1
                end,
                cast(advanced_count as double) / unit_count desc,
                unit_count desc,
                group_value nulls last
        ) as place
    from totals
),

cells as (
    select
        concat(
            ranked_totals.scope_id, ':', ranked_totals.period_label, ':',
            ranked_totals.stage, ':', ranked_totals.group_dimension, ':',
            coalesce(ranked_totals.group_value, '')
        ) as cell_key,
        ranked_totals.scope_id, ranked_totals.period_label, terms.term_start_date,
        ranked_totals.stage, ranked_totals.group_dimension, ranked_totals.group_value,
        cast(ranked_totals.is_part as bigint) as is_part,
        {{ flag(
            'ranked_totals.place = 1 and ranked_totals.group_value is not null'
            ~ ' and ranked_totals.unit_count >= ' ~ var('smallest_leading_group')
        ) }} as is_leading,
        ranked_totals.unit_count, ranked_totals.advanced_count
    from ranked_totals
    left join terms
        on ranked_totals.period_label = terms.term_label
)

select * from cells
