with cuts as (
    select as_of from {{ source('ops', 'as_of') }}
),

dated_cuts as (
    select
        as_of,
        cast(as_of as date) as as_of_date
    from cuts
)

select * from dated_cuts
