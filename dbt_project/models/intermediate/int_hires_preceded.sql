{# The work that may take credit for a hire: the pair's, at the ultimate parent. #}
with hires as (
    select hire_id, employer_id, host_id, person_key, start_date
    from {{ ref('int_hires_started') }}
),

engagements as (
    select
        engagement_id, student_key, employer_id, host_id, approved_at,
        cast(approved_at as date) as approved_date
    from {{ ref('int_engagements_placed') }}
    where approved_at is not null
),

preceded_hires as (
    select
        hires.hire_id,
        engagements.engagement_id,
        cast(
            row_number() over (
                partition by hires.hire_id
                order by engagements.approved_at, engagements.engagement_id
            ) as bigint
        ) as touch_number,
        {{ days_between('engagements.approved_date', 'hires.start_date') }}
            as days_before_start,
        {{ flag('engagements.employer_id = hires.employer_id') }} as is_strict_host
    from hires
    inner join engagements
        on
            hires.person_key = engagements.student_key
            and hires.host_id = engagements.host_id
            and hires.start_date > engagements.approved_date
)

select * from preceded_hires
