{#
    Several offers may answer one application: the one accepted last stands for its
    hire.
#}
with offers as (
    select system, offer_id, application_id, sent_at, accepted_at
    from {{ ref('int_offers_identified') }}
),

ats_applications as (
    select system, application_id, job_id, applied_at, hired_at
    from {{ ref('stg_outcomes__ats_applications') }}
),

jobs as (
    select system, job_id, opened_at from {{ ref('stg_outcomes__ats_jobs') }}
),

answered_applications as (
    select
        offers.system,
        offers.offer_id,
        ats_applications.applied_at,
        jobs.opened_at as job_opened_at,
        case when offers.accepted_at is not null then ats_applications.hired_at end
            as hired_at,
        offers.sent_at,
        offers.accepted_at,
        row_number() over (
            partition by offers.system, offers.application_id
            order by
                case when offers.accepted_at is not null then 0 else 1 end,
                offers.accepted_at desc,
                offers.offer_id asc
        ) as preference
    from offers
    inner join ats_applications
        on
            offers.system = ats_applications.system
            and offers.application_id = ats_applications.application_id
    left join jobs
        on
            ats_applications.system = jobs.system
            and ats_applications.job_id = jobs.job_id
),

timed_offers as (
    select
        system,
        offer_id,
        {{ elapsed_days('applied_at', 'sent_at') }} as days_to_offer,
        {{ elapsed_days('job_opened_at', 'accepted_at') }} as job_days_to_fill,
        case
            when preference = 1 then {{ elapsed_days('applied_at', 'hired_at') }}
        end as days_to_hire
    from answered_applications
)

select * from timed_offers
