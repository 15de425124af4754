with roots as (
    {{ roots(ref('stg_platform__employers'), 'employer_id', 'parent_employer_id') }}
),

rooted_employers as (
    select
        item_id as employer_id,
        root_id as host_id
    from roots
)

select * from rooted_employers
