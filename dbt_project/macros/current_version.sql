{#
    The version of each key that was valid at as_of, on both clocks: the latest change among the rows
    known by then (by `_version_at`), without deleted keys, and without rows whose event (`occurred_at`) came later.
    The column `as_of` comes along, for seen().
#}
{% macro current_version(relation, key, occurred_at=none) %}
    with known_rows as (
        select
            raw_rows.*,
            cuts.as_of
        from {{ relation }} as raw_rows
        cross join {{ ref('stg_ops__as_of') }} as cuts
        where raw_rows._delivered_at <= cuts.as_of
    ),

    {# Few keys have several versions: only these are put in order. #}
    changed_keys as (
        select {{ key | join(', ') }}
        from known_rows
        group by {{ key | join(', ') }}
        having count(*) > 1
    ),

    ordered_versions as (
        select
            known_rows.*,
            row_number() over (
                partition by {% for name in key %}known_rows.{{ name }}{{ ', ' if not loop.last }}{% endfor %}
                order by
                    known_rows._version_at desc,
                    known_rows._delivered_at desc,
                    known_rows._file_id desc
            ) as version_number
        from known_rows
        inner join changed_keys
            on {{ same_key(key, 'known_rows', 'changed_keys') }}
    ),

    current_rows as (
        select
            known_rows.*,
            1 as version_number
        from known_rows
        left join changed_keys
            on {{ same_key(key, 'known_rows', 'changed_keys') }}
        where changed_keys.{{ key[0] }} is null
        union all
        select * from ordered_versions where version_number = 1
    )

    select *
    from current_rows
    where
        not _is_deleted
        {%- if occurred_at %}
        and {{ occurred_at }} <= as_of
        {%- endif %}
{% endmacro %}


{% macro same_key(key, first, second) -%}
    {% for name in key %}{{ first }}.{{ name }} = {{ second }}.{{ name }}{{ ' and ' if not loop.last }}{% endfor %}
{%- endmacro %}


{# A moment that lies after as_of has not happened yet. #}
{% macro seen(moment, relation=none) -%}
    {%- set name = (relation ~ '.' if relation else '') ~ moment -%}
    case when {{ name }} <= {{ relation ~ '.' if relation else '' }}as_of then {{ name }} end as {{ moment }}
{%- endmacro %}
