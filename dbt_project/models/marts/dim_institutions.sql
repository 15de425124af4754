with institutions as (
    select
        unitid, name, state, control, is_hbcu, is_hsi, pell_share,
        first_generation_share
    from {{ ref('institutions') }}
),

types as (
    select institution_unitid, school_type from {{ ref('int_institutions_typed') }}
),

typed_institutions as (
    select
        types.institution_unitid,
        institutions.name,
        institutions.state,
        institutions.control,
        institutions.is_hbcu,
        institutions.is_hsi,
        cast(institutions.pell_share as decimal(5, 4)) as pell_share,
        cast(institutions.first_generation_share as decimal(5, 4))
            as first_generation_share,
        types.school_type
    from institutions
    inner join types
        on institutions.unitid = types.institution_unitid
)

select * from typed_institutions
