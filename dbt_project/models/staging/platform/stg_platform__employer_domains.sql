with current_employer_domains as (
    {{ current_version(
        'platform', 'employer_domains', ['employer_id', 'domain']
    ) }}
),

employer_domains as (
    select
        employer_id,
        lower(trim(domain)) as domain,
        {{ seen('verified_at') }}
    from current_employer_domains
)

select * from employer_domains
