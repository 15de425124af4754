with current_ats_jobs as (
    {{ current_version('outcomes', 'ats_jobs', ['system', 'job_id']) }}
),

ats_jobs as (
    select
        system,
        job_id,
        employer_id,
        {{ without_contacts('department') }} as department,
        {{ without_contacts('title') }} as title,
        lower(trim(employment_type)) as employment_type,
        {{ seen('opened_at') }},
        {{ seen('closed_at') }}
    from current_ats_jobs
)

select * from ats_jobs
