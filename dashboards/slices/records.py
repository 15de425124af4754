"""Statements over the pipeline's own records in the schema ``meta``; ``operations`` asks them."""

DELIVERY = "file_name || coalesce(', ' || entity, '') || ', ' || strftime(delivered_at, '%Y-%m-%d %H:%M')"
"""What names one file and entity of the ledger."""

LEDGER = f"""
    select {DELIVERY} as delivery, delivered_at, source, entity, file_name, mode, status, reason,
        rows_read, rows_loaded, rows_unchanged, rows_quarantined, loaded_at, batch_id
    from analytics.meta.deliveries
    order by delivered_at desc, source, entity, file_name
"""

FRESHNESS = """
    select
        source,
        entity,
        max(delivered_at) as last_delivered_at,
        date_diff('day', max(delivered_at), $as_of) as days_old,
        count(*) as deliveries,
        cast(sum(rows_loaded) as bigint) as rows_loaded,
        cast(sum(rows_quarantined) as bigint) as rows_quarantined,
    from analytics.meta.deliveries
    where status = 'loaded' and entity is not null
    group by source, entity
    order by days_old desc, source, entity
"""

QUARANTINE = """
    select rule, count(*) as quarantined, count(distinct entity) as entities, max(delivered_at) as last_delivered_at
    from analytics.meta.quarantined_rows
    group by rule
    order by quarantined desc, rule
"""

QUARANTINED_ROWS = f"""
    select {DELIVERY} as delivery, source, entity, file_name, line, column_name, rule, delivered_at
    from analytics.meta.quarantined_rows
    order by delivered_at desc, source, entity, file_name, line
"""

LOADS = """
    select
        cast(delivered_at as date) as delivered_on,
        cast(sum(rows_loaded) as bigint) as loaded,
        cast(sum(rows_unchanged) as bigint) as unchanged,
        cast(sum(rows_quarantined) as bigint) as quarantined,
    from analytics.meta.deliveries
    group by delivered_on
    order by delivered_on
"""

ERASURES_TABLE = """
    select 1 as found from duckdb_tables()
    where database_name = 'analytics' and schema_name = 'meta' and table_name = 'erasures'
"""
"""One row where the file tells of erased persons; files of earlier versions do not."""

ERASURES = "select requested_month, erased_count from analytics.meta.erasures order by requested_month"

WITHDRAWALS_TABLE = ERASURES_TABLE.replace("'erasures'", "'withdrawals'")

WITHDRAWALS = "select withdrawn_count from analytics.meta.withdrawals"

LEDGER_WITH_ERASED = LEDGER.replace("rows_quarantined,", "rows_quarantined, rows_erased,")
LOADS_WITH_ERASED = LOADS.replace("as quarantined,", "as quarantined, cast(sum(rows_erased) as bigint) as erased,")

CHECKS = """
    select
        batch_id,
        max(checked_at) as checked_at,
        count(*) filter (where is_success) as passed,
        count(*) filter (where not is_success and severity = 'warning') as warned,
        count(*) filter (where not is_success and severity <> 'warning') as failed,
    from analytics.meta.validation_results
    group by batch_id
    order by checked_at
"""

LATEST = """
    with latest as (
        select border, max_by(batch_id, checked_at) as batch_id from analytics.meta.validation_results group by border
    )
"""

FAILING = f"""
    {LATEST}

    select
        border || ': ' || entity || ': ' || rule || coalesce(' in ' || column_name, '') as check_name,
        border, entity, rule, column_name, severity, unexpected_count, checked_count, unexpected_share, example_keys,
        description
    from analytics.meta.validation_results
    inner join latest using (border, batch_id)
    where not is_success
    order by severity, unexpected_share desc nulls last, entity, rule
"""

LATEST_CHECKS = f"""
    {LATEST}

    select border, entity, rule, column_name, severity, is_success, unexpected_count, checked_count, description
    from analytics.meta.validation_results
    inner join latest using (border, batch_id)
    order by is_success, border, entity, rule, column_name
"""

SILENT_FEEDS = """
    select
        coalesce(employers.name, feeds.employer_id) as employer,
        feeds.system,
        feeds.observable_from,
        feeds.observable_to,
        feeds.last_synced_at,
        coalesce(date_diff('day', least(feeds.last_synced_at, $as_of), $as_of) > 35, true)
            and not coalesce(feeds.observable_to < $as_of, false) as is_silent,
    from analytics.meta.outcome_feeds as feeds
    left join analytics.marts.dim_employers as employers using (employer_id)
"""

FEEDS = """
    select
        employers.name as employer,
        feeds.system,
        feeds.last_synced_at,
        feeds.observable_to,
        date_diff('day', least(feeds.last_synced_at, $as_of), $as_of) as days_silent,
        feeds.observable_to < $as_of as has_ended,
    from analytics.meta.outcome_feeds as feeds
    left join analytics.marts.dim_employers as employers using (employer_id)
    order by days_silent desc nulls first, employer, feeds.system
"""


HISTORY_TABLE = """
    select 1 as found from duckdb_tables()
    where database_name = 'analytics' and schema_name = 'meta' and table_name = 'mart_rows'
"""

GENERATIONS = """
    select
        generation,
        as_of,
        published_at,
        count(*) as marts,
        cast(sum(row_count) as bigint) as rows,
    from analytics.meta.mart_rows
    group by all
    order by published_at, generation
"""

DRIFT = """
    with generations as (
        select generation, row_number() over (order by published_at desc, generation desc) as age
        from (select distinct generation, published_at from analytics.meta.mart_rows) as told
    ),

    now as (
        select mart, row_count from analytics.meta.mart_rows
        inner join generations using (generation) where age = 1
    ),

    before as (
        select mart, row_count from analytics.meta.mart_rows
        inner join generations using (generation) where age = 2
    )

    select
        mart,
        before.row_count as rows_before,
        now.row_count as rows_now,
        coalesce(now.row_count, 0) - coalesce(before.row_count, 0) as change,
        now.row_count / nullif(cast(before.row_count as double), 0) - 1 as change_share,
    from now
    full join before using (mart)
    where exists (select 1 from before)
    order by abs(coalesce(change_share, 1)) desc, mart
"""

CHECK_HISTORY = """
    with ever_failing as (
        select distinct border, entity, rule, coalesce(column_name, '') as column_key
        from analytics.meta.validation_results
        where not is_success
    )

    select
        border,
        entity,
        rule,
        column_name,
        batch_id,
        min(checked_at) as checked_at,
        bool_and(is_success) as is_success,
        max(severity) as severity,
        cast(sum(unexpected_count) as bigint) as unexpected_count,
    from analytics.meta.validation_results as results
    inner join ever_failing using (border, entity, rule)
    where coalesce(results.column_name, '') = ever_failing.column_key
    group by all
    order by border, entity, rule, column_name, checked_at
"""

COVERAGE = """
    with months as (
        select distinct month_start_date as month
        from analytics.marts.dim_dates
        where month_start_date >= (select date_trunc('month', min(observable_from)) from analytics.meta.outcome_feeds)
            and month_start_date < date_trunc('month', $as_of)
    ),

    watched as (
        select
            employer_id,
            min(observable_from) as first_day,
            least(max(coalesce(observable_to, cast($as_of as date))), max(cast(last_synced_at as date))) as last_day,
        from analytics.meta.outcome_feeds
        group by employer_id
    ),

    completing as (
        select employer_id, cast(min(first_completed_at) as date) as first_day
        from analytics.marts.fct_person_host_outcomes
        group by employer_id
    )

    select
        month,
        count(*) as employers,
        count(*) filter (where watched.first_day <= month and watched.last_day >= last_day(month)) as watched,
    from months
    inner join completing on completing.first_day <= months.month
    left join watched using (employer_id)
    group by month
    order by month
"""
