"""Tiles that are no metric: the median day, the pipeline's own records."""

import polars as pl

from dashboards.formats import share_text
from dashboards.readings import Explanation, Reading
from dashboards.rows import Rows
from dashboards.scope import Scope
from dashboards.slices import operations, projects, records

FIRST_APPLICATION = Explanation(
    text="The first day by which half of the projects had drawn an application. Closing without one competes; projects "
    "without either are counted for as long as they have been open.",
    formula="first day on which the cumulative incidence of a first application reaches one half",
    clock="posting of the project",
    window="",
    owner="",
    direction="lower is better",
)


def median_reading(scope: Scope, incidence: pl.DataFrame) -> Reading:
    """Return the median day of the first application."""
    return Reading(
        name="days_to_first_application",
        label="Days until half have an application",
        unit="day",
        value=projects.median_day(incidence),
        explanation=FIRST_APPLICATION,
        receipt=projects.first_application_query(scope),
        filters=scope.filters,
        denominator=None if incidence.is_empty() else float(incidence["at_risk_count"][0]),
    )


def health_readings(scope: Scope) -> list[Reading]:
    """Return the tiles of the Data health page, each with the records that it counts."""
    generation = scope.generation
    found = operations.health(generation)
    refused = f"{found.refused:,} refused" if found.refused else "none refused"
    checks = f"{found.checks_warned:,} warnings, {found.checks_failed:,} critical"
    quarantined = f"{share_text(found.quarantined_share)} of {found.rows_read:,} rows read"
    silent = f"of {found.feeds:,}; no word for {operations.SILENT_DAYS} days"
    loaded = operations.rows_of(generation, records.LEDGER, "status = 'loaded'", is_rate=True)
    return [
        _record(
            scope,
            ("days_since_delivery", "Days since the last delivery"),
            found.days_since_delivery,
            operations.rows_of(generation, records.FRESHNESS),
            note="" if found.deliveries else "nothing was delivered",
        ),
        _record(scope, ("files_loaded", "Files and entities loaded"), found.deliveries, loaded, refused),
        _record(
            scope,
            ("rows_quarantined", "Rows in quarantine"),
            found.rows_quarantined,
            operations.rows_of(generation, records.QUARANTINED_ROWS),
            quarantined,
        ),
        _record(
            scope,
            ("checks_passed", "Checks passed in the last batch"),
            found.checks_passed,
            operations.rows_of(generation, records.LATEST_CHECKS, "is_success", is_rate=True),
            checks,
        ),
        _record(
            scope,
            ("feeds_silent", "Outcome feeds gone silent"),
            found.feeds_silent,
            operations.rows_of(generation, records.SILENT_FEEDS, "is_silent", is_rate=True),
            silent,
        ),
    ]


def _record(scope: Scope, named: tuple[str, str], value: int | None, rows: Rows, note: str = "") -> Reading:
    name, label = named
    explanation = Explanation(
        text="Counted from the records that the pipeline keeps about itself, as of this generation.",
        formula="count",
        clock="delivery",
        window="",
        owner="Data engineering",
        direction="lower is better" if name in ("days_since_delivery", "rows_quarantined", "feeds_silent") else "",
    )
    return Reading(
        name=name,
        label=label,
        unit="count",
        value=value,
        explanation=explanation,
        receipt=rows.query,
        filters=scope.filters,
        rows=rows,
        notes=(note,) if note else (),
    )
