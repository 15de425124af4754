with institutions as (
    select
        unitid, name, state, control, is_hbcu, is_hsi, pell_share,
        first_generation_share
    from {{ ref('institutions') }}
),

typed_institutions as (
    select
        unitid as institution_unitid,
        name,
        state,
        control,
        is_hbcu,
        is_hsi,
        cast(pell_share as decimal(5, 4)) as pell_share,
        cast(first_generation_share as decimal(5, 4)) as first_generation_share,
        case
            when is_hbcu then 'HBCU'
            when is_hsi then 'HSI'
            else concat(upper(substring(control, 1, 1)), substring(control, 2, 40))
        end as school_type
    from institutions
)

select * from typed_institutions
