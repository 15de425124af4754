{#
    A person may be hired by any part of a group, so a host is observed only while all of its employers with feeds are.
    Employers of the group without any feed are left out: nobody has promised to report their hires.
#}
with employers_observed as (
    select employer_id, observable_from, observable_to
    from {{ ref('int_employers_observed') }}
),

employers as (
    select employer_id, host_id from {{ ref('int_employers_rooted') }}
),

host_stretches as (
    select
        coalesce(employers.host_id, employers_observed.employer_id) as host_id,
        max(employers_observed.observable_from) as observable_from,
        min(employers_observed.observable_to) as observable_to
    from employers_observed
    left join employers
        on employers_observed.employer_id = employers.employer_id
    group by coalesce(employers.host_id, employers_observed.employer_id)
),

observed_hosts as (
    select host_id, observable_from, observable_to
    from host_stretches
    where observable_from <= observable_to
)

select * from observed_hosts
