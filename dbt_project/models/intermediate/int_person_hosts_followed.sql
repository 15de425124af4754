with pairs as (
    select person_key, host_id, first_selected_at, completed_date
    from {{ ref('int_person_hosts_completed') }}
),

observed_hosts as (
    select host_id, observable_from, observable_to from {{ ref('int_hosts_observed') }}
),

unfollowed as (
    select student_key, joined_at from {{ ref('int_students_unfollowed') }}
),

hired as (
    select
        person_key, host_id, was_hired_before, was_employed_elsewhere, host_hired_date,
        elsewhere_hired_date
    from {{ ref('int_person_hosts_hired') }}
),

applied as (
    select person_key, host_id, ats_applied_at
    from {{ ref('int_person_hosts_applied') }}
),

observed_pairs as (
    select
        pairs.person_key,
        pairs.host_id,
        pairs.completed_date,
        applied.ats_applied_at,
        observed_hosts.observable_from,
        observed_hosts.observable_to,
        hired.host_hired_date,
        hired.elsewhere_hired_date,
        {{ follow_up_end('observed_hosts.observable_to', 'unfollowed.joined_at') }}
            as follow_up_ends_at,
        {{ flag(
            'applied.ats_applied_at < pairs.first_selected_at'
            ~ ' or hired.was_hired_before = 1'
        ) }} as is_pre_existing,
        {{ flag('hired.was_employed_elsewhere = 1') }} as is_employed_elsewhere
    from pairs
    left join observed_hosts
        on pairs.host_id = observed_hosts.host_id
    left join unfollowed
        on pairs.person_key = unfollowed.student_key
    left join hired
        on pairs.person_key = hired.person_key and pairs.host_id = hired.host_id
    left join applied
        on pairs.person_key = applied.person_key and pairs.host_id = applied.host_id
),

{# The first start decides; on one day the host's comes first. #}
decided_pairs as (
    select
        observed_pairs.*,
        case
            when
                host_hired_date <= coalesce(elsewhere_hired_date, host_hired_date)
                and host_hired_date <= follow_up_ends_at
                then 'host'
            when elsewhere_hired_date <= follow_up_ends_at then 'elsewhere'
            else 'none'
        end as event
    from observed_pairs
),

followed_pairs as (
    select
        decided_pairs.*,
        case
            when observable_from is not null
                then greatest(
                    {{ days_between('completed_date', 'observable_from') }}, 0
                )
        end as entry_days,
        {{ days_between(
            'completed_date',
            "case event when 'host' then host_hired_date"
            ~ " when 'elsewhere' then elsewhere_hired_date else follow_up_ends_at end"
        ) }} as exit_days
    from decided_pairs
)

select * from followed_pairs
