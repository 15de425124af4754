-- Who did good work for which employer and has not been hired by it yet?
-- Per host: completers with a rating of 4 or better on their latest work whom the host
-- has not hired, and who are not known to have started elsewhere. Names are not in
-- this file; the page Talent pool shows those who agreed to be contacted.
with pairs as (
    select person_key, host_id, host_hired_date, elsewhere_hired_date
    from {{ ref('fct_person_host_outcomes') }}
),

ratings as (
    select
        person_key,
        host_id,
        max_by(employer_rating, approved_at) as last_rating,
        max(approved_at) as last_approved_at
    from {{ ref('fct_engagements') }}
    where is_approved = 1 and employer_rating is not null
    group by person_key, host_id
)

select
    pairs.host_id,
    count(*) as completers,
    count(*) filter (where pairs.host_hired_date is not null) as hired_by_host,
    count(*) filter (where ratings.last_rating is not null) as rated,
    count_if(
        ratings.last_rating >= 4
        and pairs.host_hired_date is null
        and pairs.elsewhere_hired_date is null
    ) as to_invite_back,
    max(ratings.last_approved_at) filter (where pairs.host_hired_date is null)
        as latest_approval
from pairs
left join ratings
    on
        pairs.person_key = ratings.person_key
        and pairs.host_id = ratings.host_id
group by pairs.host_id
order by to_invite_back desc, pairs.host_id asc
