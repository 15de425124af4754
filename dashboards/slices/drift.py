"""Drift as the audit of a generation found it: what differs from before, and why somebody accepted it."""

import polars as pl

from dashboards.database import Generation, Query, frame

TABLE = """
    select 1 as found from duckdb_tables()
    where database_name = 'analytics' and schema_name = 'meta' and table_name = 'drift_findings'
"""
"""One row where the file tells of drift; files of earlier versions do not."""

FOUND = """
    select
        kind,
        subject,
        case
            when accepted_at is not null then 'accepted'
            when severity = 'warns' then 'warning'
            else 'blocking'
        end as standing,
        reason,
        found,
        expected,
        since,
        accepted_by,
        accepted_at,
        nullif(len(string_split_regex(metrics, ', +')) * cast(metrics <> '' as integer), 0) as metrics_affected,
        nullif(metrics, '') as metrics,
        is_current,
    from analytics.meta.drift_findings
    order by is_current desc, accepted_at is null, kind <> 'past moved', kind = 'feed silent', kind, since desc, subject
"""

SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys(("kind", "subject", "standing", "reason", "found", "expected"), pl.String),
    "since": pl.Datetime("us"),
    "accepted_by": pl.String,
    "accepted_at": pl.Datetime("us"),
    "metrics_affected": pl.Int64,
    "metrics": pl.String,
    "is_current": pl.Boolean,
}


def found(generation: Generation) -> pl.DataFrame:
    """Return what drifted with this generation, accepted findings first; empty for a file of an earlier version."""
    return _told(generation).filter("is_current").drop("is_current")


def accepted_before(generation: Generation) -> pl.DataFrame:
    """Return what was accepted for generations before this one, the latest first."""
    earlier = _told(generation).filter(~pl.col("is_current"), pl.col("standing") == "accepted")
    return earlier.sort("accepted_at", descending=True).drop("is_current", "standing")


def shown(told: pl.DataFrame) -> pl.DataFrame:
    """Return the findings without the columns in which nothing stands, such as a reason where none was needed."""
    return told.select(name for name in told.columns if told[name].count() > 0)


def _told(generation: Generation) -> pl.DataFrame:
    if frame(generation, "meta", Query.of(TABLE)).is_empty():
        return pl.DataFrame(schema=SCHEMA)
    return frame(generation, "meta", Query.of(FOUND))
