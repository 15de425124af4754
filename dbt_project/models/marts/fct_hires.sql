with hires as (
    select
        hire_id, evidence, employer_id, host_id, person_key, start_date, end_date,
        end_reason, performance_rating, hire_number
    from {{ ref('int_hires_started') }}
),

pairs as (
    select person_key, host_id, completed_date
    from {{ ref('int_person_hosts_completed') }}
),

followed as (
    select person_key, host_id, is_pre_existing
    from {{ ref('int_person_hosts_followed') }}
),

internships as (
    select
        person_key,
        host_id,
        min(start_date) as first_internship_start_date
    from {{ ref('int_employments_identified') }}
    where is_internship
    group by person_key, host_id
),

observed_hosts as (
    select host_id, observable_to from {{ ref('int_hosts_observed') }}
),

students as (
    select student_key from {{ ref('dim_students') }}
),

accepted_offers as (
    select
        hires.hire_id,
        offers.salary_usd,
        row_number() over (
            partition by hires.hire_id
            order by offers.accepted_at desc, offers.offer_id asc
        ) as recency
    from hires
    inner join {{ ref('int_offers_identified') }} as offers
        on
            hires.person_key = offers.person_key
            and hires.host_id = offers.host_id
            and cast(offers.accepted_at as date) <= hires.start_date
    where offers.is_full_time and offers.status = 'accepted'
),

described_hires as (
    select
        hires.hire_id,
        hires.employer_id,
        hires.host_id,
        hires.person_key,
        students.student_key,
        hires.start_date,
        {{ month_of('hires.start_date') }} as start_month,
        hires.end_date,
        hires.end_reason,
        hires.performance_rating,
        hires.evidence,
        hires.hire_number,
        {{ flag('coalesce(hires.hire_number, 1) = 1') }} as is_new_hire,
        case
            when pairs.completed_date < hires.start_date then 'micro-internship'
            when internships.first_internship_start_date < hires.start_date
                then 'other intern'
            else 'neither'
        end as came_by,
        coalesce(followed.is_pre_existing, 0) as is_pre_existing,
        accepted_offers.salary_usd,
        {{ is_retained('hires', 'observed_hosts.observable_to') }} as is_retained_1_year
    from hires
    left join pairs
        on hires.person_key = pairs.person_key and hires.host_id = pairs.host_id
    left join followed
        on hires.person_key = followed.person_key and hires.host_id = followed.host_id
    left join internships
        on
            hires.person_key = internships.person_key
            and hires.host_id = internships.host_id
    left join observed_hosts
        on hires.host_id = observed_hosts.host_id
    left join students
        on hires.person_key = students.student_key
    left join accepted_offers
        on hires.hire_id = accepted_offers.hire_id and accepted_offers.recency = 1
)

select * from described_hires
