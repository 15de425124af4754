{# A table: the largest entities are put in order once, not for each reader. #}
{{ config(materialized='table') }}

with current_applications as (
    {{ current_version(
        'platform', 'applications', ['application_id'], occurred_at='applied_at'
    ) }}
),

pseudonyms as (
    select student_id, student_key from {{ source('pseudonyms', 'students') }}
),

applications as (
    select
        current_applications.application_id,
        current_applications.project_id,
        pseudonyms.student_key,
        current_applications.applied_at,
        current_applications.status
    from current_applications
    left join pseudonyms
        on current_applications.student_id = pseudonyms.student_id
)

select * from applications
