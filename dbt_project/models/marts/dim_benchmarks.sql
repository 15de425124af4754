with benchmarks as (
    select
        benchmark_id, quantity, label, unit, figure, low, high, year, source,
        source_class, basis
    from {{ ref('benchmarks') }}
),

{# A share is no amount: each benchmark fills one of the two groups of columns. #}
benchmarks_by_unit as (
    select
        benchmark_id,
        quantity,
        label,
        unit,
        {% for bound in ['figure', 'low', 'high'] %}
            case when unit <> 'share' then cast({{ bound }} as decimal(18, 2)) end
                as {{ bound }}_usd,
            case when unit = 'share' then cast({{ bound }} as decimal(9, 4)) end
                as {{ bound }}_share,
        {% endfor %}
        cast(year as bigint) as year,
        source,
        source_class,
        basis
    from benchmarks
)

select * from benchmarks_by_unit
