with addresses as (
    select student_key, address from {{ ref('stg_platform__student_emails') }}
),

owned_addresses as (
    select
        address,
        cast(count(distinct student_key) as bigint) as student_count,
        case when count(distinct student_key) = 1 then min(student_key) end
            as student_key
    from addresses
    where address is not null
    group by address
)

select * from owned_addresses
