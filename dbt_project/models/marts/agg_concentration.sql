with cuts as (
    select as_of, as_of_date from {{ ref('stg_ops__as_of') }}
),

engagements as (
    select
        engagements.employer_id,
        engagements.category,
        engagements.fee_usd
    from {{ ref('fct_engagements') }} as engagements
    cross join cuts
    where
        engagements.employer_id is not null
        and engagements.accepted_at > {{ days_after('cuts.as_of', -365) }}
),

amounts as (
    select
        'GMV booked: platform' as concentration_key,
        'GMV booked' as measure,
        cast(null as string) as category,
        cast(sum(fee_usd) as decimal(18, 2)) as amount
    from engagements
    group by employer_id
    union all
    select
        concat('GMV booked: category ', category) as concentration_key,
        'GMV booked' as measure,
        category,
        cast(sum(fee_usd) as decimal(18, 2)) as amount
    from engagements
    where category is not null
    group by category, employer_id
    union all
    select
        'selections: platform' as concentration_key,
        'selections' as measure,
        cast(null as string) as category,
        cast(selection_count as decimal(18, 2)) as amount
    from {{ ref('fct_persons') }}
),

measured_groups as (
    {{ concentration('amounts', group_key='concentration_key') }}
),

named_groups as (
    select distinct concentration_key, measure, category from amounts
),

concentrations as (
    select
        named_groups.concentration_key,
        named_groups.measure,
        case when named_groups.category is null then 'platform' else 'category' end
            as scope,
        named_groups.category,
        cuts.as_of_date,
        measured_groups.unit_count,
        cast(measured_groups.total as decimal(18, 2)) as total,
        measured_groups.top_10_share,
        measured_groups.hhi,
        measured_groups.gini
    from named_groups
    cross join cuts
    inner join measured_groups
        on named_groups.concentration_key = measured_groups.group_key
)

select * from concentrations
