with strata as (
    select
        project_id, host_id, group_dimension, group_value, unit_count, advanced_count
    from {{ ref('int_selections_stratified') }}
),

leading_groups as (
    select scope_id, group_dimension, group_value from {{ ref('agg_selection_cube') }}
    where is_leading = 1 and stage = 'selected' and period_label = 'All time'
),

scoped_strata as (
    select
        'platform' as scope_id, project_id, group_dimension, group_value, unit_count,
        advanced_count
    from strata
    union all
    select
        host_id as scope_id, project_id, group_dimension, group_value, unit_count,
        advanced_count
    from strata
),

placed_strata as (
    select
        scoped_strata.*,
        leading_groups.group_value as leading_value
    from scoped_strata
    inner join leading_groups
        on
            scoped_strata.scope_id = leading_groups.scope_id
            and scoped_strata.group_dimension = leading_groups.group_dimension
),

{# A stratum's table is [[a, b], [c, d]]: the group's, then the leading group's. #}
strata_tables as (
    select
        others.scope_id, others.group_dimension, others.group_value,
        others.leading_value,
        cast(others.advanced_count as double) as a,
        cast(others.unit_count - others.advanced_count as double) as b,
        cast(leaders.advanced_count as double) as c,
        cast(leaders.unit_count - leaders.advanced_count as double) as d,
        cast(others.unit_count + leaders.unit_count as double) as n
    from placed_strata as others
    inner join placed_strata as leaders
        on
            others.scope_id = leaders.scope_id
            and others.project_id = leaders.project_id
            and others.group_dimension = leaders.group_dimension
    where
        leaders.group_value = leaders.leading_value
        and others.group_value <> others.leading_value
        and others.advanced_count + leaders.advanced_count
        between 1 and others.unit_count + leaders.unit_count - 1
),

{# Sums of decimals do not depend on the order of the rows, as sums of doubles do. #}
summed_strata as (
    select
        concat(scope_id, ':', group_dimension, ':', group_value) as strata_key,
        scope_id,
        group_dimension,
        group_value,
        leading_value,
        cast(count(*) as bigint) as project_count,
        cast(sum(a + b) as bigint) as unit_count,
        cast(sum(c + d) as bigint) as leading_unit_count,
        {% for name, term in [
            ('observed', 'a'),
            ('expected', '(a + b) * (a + c) / n'),
            ('variance', '(a + b) * (c + d) * (a + c) * (b + d) / (n * n * (n - 1))'),
            ('concordant', 'a * d / n'),
            ('discordant', 'b * c / n'),
            ('concordant_variance', '(a + d) * a * d / (n * n)'),
            ('mixed_variance', '((a + d) * b * c + (b + c) * a * d) / (n * n)'),
            ('discordant_variance', '(b + c) * b * c / (n * n)')
        ] %}
            cast(sum(cast({{ term }} as decimal(18, 9))) as double) as {{ name }}
            {%- if not loop.last %}, {% endif %}
        {% endfor %}
    from strata_tables
    group by scope_id, group_dimension, group_value, leading_value
)

select * from summed_strata
