-- In which categories does the money hang on a few employers?
-- Fees of engagements accepted in the 365 days up to as_of, by the employer that
-- posted. HHI is the sum of squared percentage shares: 1,000 to 1,800 is moderate,
-- above that high; 10,000 is one employer alone. In a category of few employers it is
-- high by nature, so read it beside their number.
with build as (
    select as_of from meta.build_facts
),

spending as (
    select
        engagements.category as group_key,
        engagements.employer_id,
        sum(engagements.fee_usd) as amount
    from {{ ref('fct_engagements') }} as engagements
    cross join build
    where
        engagements.accepted_at > build.as_of - interval 365 days
        and engagements.employer_id is not null
        and engagements.category is not null
    group by engagements.category, engagements.employer_id
)

select
    group_key as category,
    unit_count as employers,
    total as fees_usd,
    top_10_share,
    hhi
from marts.concentration('spending')
order by hhi desc nulls last, category asc
