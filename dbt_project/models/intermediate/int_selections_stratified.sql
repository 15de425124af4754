with applications as (
    select
        project_id, host_id, school_type, pell, first_generation, major_family,
        gpa_band, gender, race_ethnicity, is_advanced
    from {{ ref('int_selections_described') }}
    where stage = 'selected'
),

{# Where nobody or everybody is selected, no group can do better than another. #}
telling_projects as (
    select project_id
    from applications
    group by project_id
    having sum(is_advanced) between 1 and count(*) - 1
),

telling_applications as (
    select applications.*
    from applications
    inner join telling_projects
        on applications.project_id = telling_projects.project_id
),

stratified_selections as (
    {% for dimension in var('selection_dimensions') + var('protected_classes') %}
        select
            project_id,
            host_id,
            '{{ dimension }}' as group_dimension,
            {{ dimension }} as group_value,
            cast(count(*) as bigint) as unit_count,
            cast(sum(is_advanced) as bigint) as advanced_count
        from telling_applications
        where {{ dimension }} is not null
        group by project_id, host_id, {{ dimension }}
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}
)

select * from stratified_selections
