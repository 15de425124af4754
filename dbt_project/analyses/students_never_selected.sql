-- Which students apply again and again and are never chosen?
-- Persons with at least three applications and no selection, by field of study. The
-- number of applications matters: who applied ten times in vain is another case than
-- who applied three times. Small fields swing widely.
-- Metrics: never_selected_rate, persons_with_3_applications
with persons as (
    select major_family, application_count, is_applied_3_times, is_never_selected
    from {{ ref('fct_persons') }}
)

select
    major_family,
    count(*) as applicants,
    cast(sum(is_applied_3_times) as bigint) as persons_with_3_applications,
    cast(sum(is_never_selected) as bigint) as persons_never_selected,
    sum(is_never_selected) / nullif(sum(is_applied_3_times), 0) as never_selected_rate,
    median(application_count) filter (where is_never_selected = 1)
        as applications_in_vain_median,
    max(application_count) filter (where is_never_selected = 1)
        as applications_in_vain_most
from persons
group by major_family
order by never_selected_rate desc nulls last, major_family asc
