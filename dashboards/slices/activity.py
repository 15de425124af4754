"""What happened in the pipeline month by month, by the day of each event: no cohort, and no rate of one."""

import polars as pl

from dashboards.database import Query, frame
from dashboards.metrics import GROUP, ignored_filters, values
from dashboards.periods import first_day
from dashboards.rows import Rows, rows_behind, slice_rows
from dashboards.scope import Scope, conditions
from dashboards.slices.applications import COLUMNS

METRICS = {
    "applications": "Applications",
    "engagements_approved": "Approvals",
    "hires_by_micro_internship": "Hires after a project",
}
"""Metrics of the dictionary -> word of the event that they count by its own day."""

MOMENTS = {
    "Shortlisted": ("fct_applications", "shortlisted_at", "true"),
    "Selections": ("fct_applications", "selected_at", "true"),
    "Starts": ("fct_applications", "started_at", "true"),
    "Offers to completers": ("fct_person_host_outcomes", "first_full_time_offer_at", "is_pre_existing = 0"),
}
"""Word of an event -> its mart, its moment and whom it concerns, where no metric counts it by its own day."""

EVENTS = (
    "Applications",
    "Shortlisted",
    "Selections",
    "Starts",
    "Approvals",
    "Offers to completers",
    "Hires after a project",
)


def by_month(scope: Scope) -> pl.DataFrame:
    """Return events of complete months: month, event, count; a month without one counts 0."""
    counted = values(scope, list(METRICS), by="month").drop_nulls(GROUP).rename({GROUP: "month"})
    long = counted.rename(METRICS).unpivot(index="month", variable_name="event", value_name="count")
    whole = pl.concat([long.with_columns(pl.col("count").cast(pl.Int64)), _moments(scope)])
    this_month = first_day(scope.generation.as_of.date(), "month")
    past = whole.filter((pl.col("month") < this_month) & (pl.col("count") > 0))
    if past.is_empty():
        return past
    first, last = past["month"].min(), past["month"].max()
    months = pl.select(pl.date_range(pl.lit(first), pl.lit(last), "1mo").alias("month"))
    grid = months.join(pl.DataFrame({"event": EVENTS}), how="cross")
    return grid.join(past, on=["month", "event"], how="left").with_columns(pl.col("count").fill_null(0))


def _moments(scope: Scope) -> pl.DataFrame:
    """Return month, event, count of the events that no metric counts; a term is that of the event's day."""
    parts = [
        f"""
        select
            '{event}' as event,
            cast({moment} as date) as event_date,
            host_id,
            employer_id,
            category,
            school_type,
            major_family,
        from analytics.marts.{mart}
        where {moment} is not null and {whom}
        """
        for event, (mart, moment, whom) in MOMENTS.items()
    ]
    text = f"""
        select dates.month_start_date as month, events.event, count(*) as count
        from ({" union all ".join(parts)}) as events
        inner join analytics.marts.dim_dates as dates on events.event_date = dates.date_day
        where {conditions(scope, "event_date", COLUMNS, "dates.term_label")}
        group by all
        order by all
    """
    return frame(scope.generation, scope.viewer, Query.of(text, scope.parameters()))


def unfiltered(scope: Scope) -> list[str]:
    """Name the events that a set filter does not reach, with the filter."""
    return [
        f"{word} does not apply to {event.lower()}"
        for name, event in METRICS.items()
        for word in ignored_filters(scope, name)
    ]


def event_rows(scope: Scope) -> list[tuple[str, Rows | None]]:
    """Return the rows behind each event, of all its months and of the month that is not over."""
    found: dict[str, Rows | None] = {event: rows_behind(scope, name) for name, event in METRICS.items()}
    for event, (mart, moment, whom) in MOMENTS.items():
        term = f"(select term_label from analytics.marts.dim_dates where date_day = cast({moment} as date))"
        found[event] = slice_rows(
            scope, mart, moment, f"{moment} is not null and {whom}", columns=COLUMNS, term_column=term
        )
    return [(event, found[event]) for event in EVENTS]
