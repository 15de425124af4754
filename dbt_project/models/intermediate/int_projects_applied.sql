with applications as (
    select
        project_id, posted_at, applied_at, selected_at, rejected_at, accepted_at,
        furthest_stage_rank
    from {{ ref('int_applications_progressed') }}
    where posted_at is not null
),

applied_projects as (
    select
        project_id,
        cast(count(*) as bigint) as application_count,
        cast(count(
            case when applied_at <= {{ days_after('posted_at', 7) }} then 1 end
        ) as bigint) as application_count_7_days,
        {% for stage, rank in [('shortlisted', 2), ('selected', 3), ('approved', 6)] %}
            cast(count(
                case when furthest_stage_rank >= {{ rank }} then 1 end
            ) as bigint) as {{ stage }}_count,
        {% endfor %}
        cast(count(coalesce(selected_at, rejected_at)) as bigint) as decided_count,
        cast(count(accepted_at) as bigint) as accepted_count,
        {% for days in [14, 30, 60] %}
            cast(count(
                case when accepted_at <= {{ days_after('posted_at', days) }} then 1 end
            ) as bigint) as accepted_count_{{ days }}_days,
        {% endfor %}
        min(applied_at) as first_application_at,
        min(accepted_at) as first_accepted_at
    from applications
    group by project_id
)

select * from applied_projects
