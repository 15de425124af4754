-- How much of each cohort can be judged yet?
-- Eligible completers by term of completion, and the share whose 180, 365 and 730 days
-- were watched as a whole. Compare terms only where their shares are alike; a rate of
-- a cohort that is one-third mature is a rate of its oldest third.
-- Metrics: completers, completers_mature_365_days
with pairs as (
    select
        term_label,
        is_eligible,
        is_mature_180_days,
        is_mature_365_days,
        is_mature_730_days
    from {{ ref('fct_person_host_outcomes') }}
),

cohorts as (
    select
        term_label,
        count(*) as completers,
        sum(is_eligible) as eligible,
        sum(is_eligible * is_mature_180_days) as mature_180_days,
        sum(is_eligible * is_mature_365_days) as mature_365_days,
        sum(is_eligible * is_mature_730_days) as mature_730_days
    from pairs
    group by term_label
)

select
    cohorts.term_label,
    cohorts.completers,
    cast(cohorts.eligible as bigint) as eligible,
    cast(cohorts.mature_365_days as bigint) as mature_365_days,
    cohorts.mature_180_days / nullif(cohorts.eligible, 0) as share_mature_180_days,
    cohorts.mature_365_days / nullif(cohorts.eligible, 0) as share_mature_365_days,
    cohorts.mature_730_days / nullif(cohorts.eligible, 0) as share_mature_730_days
from cohorts
inner join {{ ref('dim_terms') }} as terms
    on cohorts.term_label = terms.term_label
order by terms.term_start_date
