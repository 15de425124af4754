with units as (
    select
        stage, host_id, term_label, school_type, pell, first_generation, major_family,
        gpa_band, gender, race_ethnicity, is_advanced
    from {{ ref('int_selections_described') }}
),

counted_selections as (
    {% for dimension in var('selection_dimensions') + var('protected_classes') %}
        select
            stage,
            host_id,
            term_label,
            '{{ dimension }}' as group_dimension,
            {{ dimension }} as group_value,
            cast(count(*) as bigint) as unit_count,
            cast(sum(is_advanced) as bigint) as advanced_count
        from units
        group by stage, host_id, term_label, {{ dimension }}
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}
)

select * from counted_selections
