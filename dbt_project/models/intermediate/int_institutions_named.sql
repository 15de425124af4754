{#
    Names are not unique, not even by state: one that several institutions bear names
    none of them.
#}
with institutions as (
    select unitid, lower(trim(name)) as school_name
    from {{ ref('institutions') }}
),

named_institutions as (
    select
        school_name,
        min(unitid) as institution_unitid
    from institutions
    group by school_name
    having count(*) = 1
)

select * from named_institutions
