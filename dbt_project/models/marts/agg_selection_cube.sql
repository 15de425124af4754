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

bands as (
    select least_unit_count, most_unit_count, edge_rate
    from {{ ref('suppression_bands') }}
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

keyed_totals as (
    select
        totals.*,
        concat(
            scope_id, ':', period_label, ':', stage, ':', group_dimension, ':',
            coalesce(group_value, '')
        ) as cell_key
    from totals
),

{# Few cells are large enough to lead, so that few are ranked. #}
ranked_groups as (
    select
        cell_key,
        row_number() over (
            partition by scope_id, period_label, stage, group_dimension
            order by
                cast(advanced_count as double) / unit_count desc, unit_count desc,
                group_value asc nulls last
        ) as place
    from keyed_totals
    where
        group_value is not null
        and unit_count >= {{ var('smallest_leading_group') }}
),

cells as (
    select
        keyed_totals.cell_key, keyed_totals.scope_id, keyed_totals.period_label,
        terms.term_start_date, keyed_totals.stage, keyed_totals.group_dimension,
        keyed_totals.group_value, cast(keyed_totals.is_part as bigint) as is_part,
        {{ flag('ranked_groups.place = 1') }} as is_leading,
        keyed_totals.unit_count, keyed_totals.advanced_count,
        {{ shown_alone(
            'keyed_totals.unit_count', 'keyed_totals.advanced_count', 'bands'
        ) }}
    from keyed_totals
    left join ranked_groups
        on
            keyed_totals.cell_key = ranked_groups.cell_key
            and ranked_groups.place = 1
    left join terms
        on keyed_totals.period_label = terms.term_label
    left join bands
        on
            keyed_totals.unit_count >= bands.least_unit_count
            and keyed_totals.unit_count <= bands.most_unit_count
)

select * from cells
