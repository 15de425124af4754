with pairs as (
    select person_key, host_id, completed_date
    from {{ ref('int_person_hosts_completed') }}
),

cuts as (
    select as_of_date from {{ ref('stg_ops__as_of') }}
),

internships as (
    select person_key, host_id, start_date
    from {{ ref('int_employments_identified') }}
    where is_internship
),

interned_pairs as (
    select
        pairs.person_key,
        pairs.host_id,
        min(internships.start_date) as first_internship_start_date
    from pairs
    cross join cuts
    inner join internships
        on
            pairs.person_key = internships.person_key
            and pairs.host_id = internships.host_id
            and pairs.completed_date < internships.start_date
    where internships.start_date <= cuts.as_of_date
    group by pairs.person_key, pairs.host_id
)

select * from interned_pairs
