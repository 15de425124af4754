-- Do micro-internships reach schools that an employer does not hire from?
-- Share of selections, and of hires, from institutions absent among the host's other
-- hires in the 36 months before, by term. Only hosts whose hires were observable for
-- all of those months: early terms are few or missing.
-- Metrics: new_school_share_of_selections, new_school_share_of_hires
with entrances as (
    select
        term_label,
        is_selection,
        is_selection_from_new_school,
        is_hire,
        is_hire_from_new_school
    from {{ ref('fct_school_reach') }}
),

terms as (
    select term_label, term_start_date from {{ ref('dim_terms') }}
)

select
    entrances.term_label,
    cast(sum(entrances.is_selection) as bigint) as selections,
    sum(entrances.is_selection_from_new_school)
    / nullif(sum(entrances.is_selection), 0) as new_school_share_of_selections,
    cast(sum(entrances.is_hire) as bigint) as hires,
    sum(entrances.is_hire_from_new_school)
    / nullif(sum(entrances.is_hire), 0) as new_school_share_of_hires
from entrances
inner join terms
    on entrances.term_label = terms.term_label
group by entrances.term_label, terms.term_start_date
order by terms.term_start_date
