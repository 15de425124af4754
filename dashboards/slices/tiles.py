"""Tiles that are no metric: the median day, the pipeline's own records."""

import polars as pl

from dashboards.database import Query
from dashboards.formats import share_text
from dashboards.readings import Explanation, Reading
from dashboards.scope import Scope
from dashboards.slices import operations, projects

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
    """Return the tiles of the Data health page."""
    found = operations.health(scope.generation)
    refused = f"{found.refused:,} refused" if found.refused else "none refused"
    checks = f"{found.checks_warned:,} warnings, {found.checks_failed:,} critical"
    return [
        _record(
            scope,
            "days_since_delivery",
            "Days since the last delivery",
            found.days_since_delivery,
            operations.FRESHNESS,
        ),
        _record(scope, "files_loaded", "Files and entities loaded", found.deliveries, operations.LEDGER, refused),
        _record(
            scope,
            "rows_quarantined",
            "Rows in quarantine",
            found.rows_quarantined,
            operations.QUARANTINED_ROWS,
            f"{share_text(found.quarantined_share)} of {found.rows_read:,} rows read",
        ),
        _record(
            scope, "checks_passed", "Checks passed in the last batch", found.checks_passed, operations.CHECKS, checks
        ),
        _record(
            scope,
            "feeds_silent",
            "Outcome feeds gone silent",
            found.feeds_silent,
            operations.FEEDS,
            f"of {found.feeds:,}; no word for {operations.SILENT_DAYS} days",
        ),
    ]


def _record(scope: Scope, name: str, label: str, value: int | None, statement: str, note: str = "") -> Reading:
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
        receipt=Query.of(statement.strip()),
        filters=scope.filters,
        notes=(note,) if note else (),
    )
