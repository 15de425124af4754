-- Where do students outnumber open slots, and where are slots left over?
-- Per category and term: persons who applied in the 30 days up to each month's end
-- over the slots open then, summed over months. Below 1 there are more slots than
-- applicants. A person who applied in two months counts in both.
-- Metrics: applicants_per_open_slot
with months as (
    select category, term_label, applicants_30_days, open_slots
    from {{ ref('agg_category_months') }}
),

terms as (
    select term_label, term_start_date from {{ ref('dim_terms') }}
)

select
    months.category,
    months.term_label,
    cast(sum(months.applicants_30_days) as bigint) as applicant_months,
    cast(sum(months.open_slots) as bigint) as open_slot_months,
    sum(months.applicants_30_days) / nullif(sum(months.open_slots), 0)
        as applicants_per_open_slot
from months
inner join terms
    on months.term_label = terms.term_label
group by months.category, months.term_label, terms.term_start_date
order by months.category, terms.term_start_date
