with institutions as (
    select unitid, control, is_hbcu, is_hsi from {{ ref('institutions') }}
),

typed_institutions as (
    select
        unitid as institution_unitid,
        case
            when is_hbcu then 'HBCU'
            when is_hsi then 'HSI'
            else concat(upper(substring(control, 1, 1)), substring(control, 2, 40))
        end as school_type
    from institutions
)

select * from typed_institutions
