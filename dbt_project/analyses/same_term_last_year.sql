-- How does each term compare with the same term a year before?
-- Projects are seasonal, so a term is held against the same one, never against the
-- term before. The running term is not over: `is_complete` says so, and its change is
-- a change so far. GMV is booked when a selection is accepted.
-- Metrics: projects_posted, gmv_booked
with projects as (
    select term_label, count(*) as projects_posted
    from {{ ref('fct_projects') }}
    group by term_label
),

money as (
    select term_label, sum(fee_usd) as gmv_booked
    from {{ ref('fct_engagements') }}
    group by term_label
),

terms as (
    select
        terms.term_label,
        terms.term,
        terms.term_year,
        terms.term_start_date,
        terms.is_complete,
        coalesce(projects.projects_posted, 0) as projects_posted,
        cast(coalesce(money.gmv_booked, 0) as double) as gmv_booked
    from {{ ref('dim_terms') }} as terms
    left join projects
        on terms.term_label = projects.term_label
    left join money
        on terms.term_label = money.term_label
    where projects.projects_posted is not null or money.gmv_booked is not null
)

select
    terms.term_label,
    terms.is_complete,
    terms.projects_posted,
    last_year.projects_posted as projects_posted_last_year,
    terms.projects_posted / nullif(last_year.projects_posted, 0) - 1 as projects_change,
    terms.gmv_booked,
    last_year.gmv_booked as gmv_booked_last_year,
    terms.gmv_booked / nullif(last_year.gmv_booked, 0) - 1 as gmv_change
from terms
left join terms as last_year
    on
        terms.term = last_year.term
        and terms.term_year = last_year.term_year + 1
order by terms.term_start_date
