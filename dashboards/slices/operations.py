"""The pipeline's own records: deliveries, quarantine, checks, feeds. All as of the generation, never the wall clock."""

from dataclasses import dataclass

import polars as pl

from dashboards.database import Generation, Query, frame

SILENT_DAYS = 35
"""A feed that goes on but has brought nothing for longer is called silent; the check at the border in says the same."""

LEDGER = """
    select delivered_at, source, entity, file_name, mode, status, reason, rows_read, rows_loaded, rows_unchanged,
        rows_quarantined, loaded_at, batch_id
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

QUARANTINED_ROWS = """
    select source, entity, file_name, line, column_name, rule, delivered_at
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

FAILING = """
    with latest as (
        select border, max_by(batch_id, checked_at) as batch_id from analytics.meta.validation_results group by border
    )

    select border, entity, rule, column_name, severity, unexpected_count, checked_count, unexpected_share, description
    from analytics.meta.validation_results
    inner join latest using (border, batch_id)
    where not is_success
    order by severity, unexpected_share desc nulls last, entity, rule
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


@dataclass(frozen=True)
class Health:
    """The figures of the page's tiles."""

    days_since_delivery: int | None
    deliveries: int
    refused: int
    rows_read: int
    rows_quarantined: int
    checks_run: int
    checks_warned: int
    checks_failed: int
    feeds: int
    feeds_silent: int

    @property
    def checks_passed(self) -> int:
        """Return the checks of the last batch that passed."""
        return self.checks_run - self.checks_warned - self.checks_failed

    @property
    def quarantined_share(self) -> float | None:
        """Return quarantined rows over rows read."""
        return self.rows_quarantined / self.rows_read if self.rows_read else None


def _asked(generation: Generation, text: str) -> pl.DataFrame:
    return frame(generation, "meta", Query.of(text, {"as_of": generation.as_of}))


def ledger(generation: Generation) -> pl.DataFrame:
    """Return one row per file and entity that was delivered, the latest first."""
    return _asked(generation, LEDGER)


def freshness(generation: Generation) -> pl.DataFrame:
    """Return per source and entity: the last delivery, its age in days at as_of, deliveries, rows."""
    return _asked(generation, FRESHNESS)


def quarantine(generation: Generation) -> pl.DataFrame:
    """Return quarantined rows counted by the rule that they broke."""
    return _asked(generation, QUARANTINE)


def quarantined_rows(generation: Generation) -> pl.DataFrame:
    """Return where each quarantined row stands: file, line, column, rule. Raw text is not published."""
    return _asked(generation, QUARANTINED_ROWS)


def loads(generation: Generation) -> pl.DataFrame:
    """Return rows per day of delivery: loaded, unchanged, quarantined."""
    return _asked(generation, LOADS)


def checks(generation: Generation) -> pl.DataFrame:
    """Return checks per batch: passed, warned, failed."""
    return _asked(generation, CHECKS)


def failing(generation: Generation) -> pl.DataFrame:
    """Return the checks that did not pass in the last batch of each border."""
    return _asked(generation, FAILING)


def feeds(generation: Generation) -> pl.DataFrame:
    """Return outcome feeds, the silent first: employer, system, status, last_synced_at, days_silent."""
    found = _asked(generation, FEEDS)
    ended, quiet = pl.col("has_ended").fill_null(False), pl.col("days_silent").fill_null(SILENT_DAYS + 1) > SILENT_DAYS
    status = pl.when(ended).then(pl.lit("ended")).when(quiet).then(pl.lit("silent")).otherwise(pl.lit("speaking"))
    columns = ("employer", "system", "status", "last_synced_at", "days_silent")
    return (
        found.with_columns(status.alias("status"))
        .sort(pl.col("status") != "silent", maintain_order=True)
        .select(columns)
    )


def health(generation: Generation) -> Health:
    """Return the figures of the tiles."""
    delivered, checked, fed = ledger(generation), checks(generation), feeds(generation)
    fresh = freshness(generation)
    last = checked.row(-1, named=True) if checked.height else {"passed": 0, "warned": 0, "failed": 0}
    return Health(
        days_since_delivery=int(fresh["days_old"].min()) if fresh.height else None,  # type: ignore[arg-type]
        deliveries=delivered.filter(pl.col("status") == "loaded").height,
        refused=delivered.filter(pl.col("status") == "refused").height,
        rows_read=int(delivered["rows_read"].sum()),
        rows_quarantined=int(delivered["rows_quarantined"].sum()),
        checks_run=last["passed"] + last["warned"] + last["failed"],
        checks_warned=last["warned"],
        checks_failed=last["failed"],
        feeds=fed.height,
        feeds_silent=fed.filter(pl.col("status") == "silent").height,
    )
