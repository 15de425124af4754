"""Supply against demand, the calendar of volume and the trend of spend: the market's activity, from its aggregates."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Literal

import polars as pl

from dashboards.database import Query, frame
from dashboards.formats import day_text, word_text
from dashboards.metrics import GROUP, values
from dashboards.rows import Rows, slice_rows
from dashboards.scope import Scope, conditions
from dashboards.slices.projects import COLUMNS, REASONS
from dashboards.terms import term_key

Measure = Literal["applications", "postings", "acceptances"]

MEASURES: dict[Measure, str] = {
    "applications": "Applications",
    "postings": "Projects posted",
    "acceptances": "Engagements accepted",
}
DATED: dict[Measure, tuple[str, str]] = {
    "applications": ("fct_applications", "applied_date"),
    "postings": ("fct_projects", "posted_date"),
    "acceptances": ("fct_engagements", "accepted_date"),
}
"""Measure -> its mart and the date by which it is counted."""

WEEKS = 53
TREND = ("active_employers", "gmv_per_active_employer", "spend_retention")
TWO_YEARS_IN = """
    select cast(min(month_start_date) + interval 23 month as date) as month
    from analytics.marts.agg_employer_month
    where engagement_count > 0
"""
DEPTH_CONDITIONS = {
    "0": "application_count = 0",
    "1-4": "application_count between 1 and 4",
    "5-9": "application_count between 5 and 9",
    "10-19": "application_count between 10 and 19",
    "20-39": "application_count between 20 and 39",
    "40+": "application_count >= 40",
}


def supply_and_demand(scope: Scope) -> pl.DataFrame:
    """Return per category and term, over its month ends: students who applied in 30 days, open slots, the ratio.

    Both are means over the term's month ends, so that a stock is not taken for a flow. Columns: category, term,
    students, slots, students_per_slot.
    """
    narrowed = _kept(scope, "category")
    text = f"""
        select
            category,
            term_label as term,
            cast(sum(applicants_30_days) as double) / count(*) as students,
            cast(sum(open_slots) as double) / count(*) as slots,
            sum(applicants_30_days) / nullif(cast(sum(open_slots) as double), 0) as students_per_slot,
        from analytics.marts.agg_category_months
        where {conditions(narrowed, "month_start_date", ("term_label", "category"))}
            and category is not null and term_label is not null
        group by all
    """
    found = frame(scope.generation, scope.viewer, Query.of(text, narrowed.parameters()))
    ranked = sorted(found.iter_rows(named=True), key=lambda row: (row["category"], term_key(row["term"])))
    return pl.DataFrame([row | {"category": word_text(row["category"])} for row in ranked], schema=found.schema)


def by_state(scope: Scope) -> pl.DataFrame:
    """Return per state, over the month ends: students living there who applied in 30 days, slots open there, the ratio.

    Columns: state, students, slots (both means over month ends), students_per_slot (null where no slot was open).
    """
    narrowed = _kept(scope)
    text = f"""
        with shown as (
            select * from analytics.marts.agg_state_months
            where {conditions(narrowed, "month_start_date", ("term_label",))}
        )

        select
            state,
            cast(sum(applicants_30_days) as double) / (select count(distinct month_start_date) from shown) as students,
            cast(sum(open_slots) as double) / (select count(distinct month_start_date) from shown) as slots,
            sum(applicants_30_days) / nullif(cast(sum(open_slots) as double), 0) as students_per_slot,
        from shown
        where state is not null
        group by state
        order by state
    """
    return frame(scope.generation, scope.viewer, Query.of(text, narrowed.parameters()))


def _kept(scope: Scope, *more: str) -> Scope:
    """Return the scope with the filters that an aggregated mart carries: it knows no employers."""
    return replace(scope, filters=scope.filters.kept(("period", "term_label", *more)))


def calendar(scope: Scope, measure: Measure) -> pl.DataFrame:
    """Return the last 53 weeks day by day, days without an event included: day, week (its Monday), weekday, count."""
    mart, column = DATED[measure]
    last = scope.generation.as_of.date()
    first = last - timedelta(days=last.weekday() + 7 * (WEEKS - 1))
    text = f"""
        select {column} as day, count(*) as count
        from analytics.marts.{mart}
        where {column} >= $first and {column} <= $last and {conditions(scope, column, COLUMNS)}
        group by day
    """
    counted = frame(scope.generation, scope.viewer, Query.of(text, scope.parameters() | {"first": first, "last": last}))
    return _every_day(first, last, counted)


def _every_day(first: date, last: date, counted: pl.DataFrame) -> pl.DataFrame:
    days = pl.DataFrame({"day": pl.date_range(first, last, eager=True)})
    joined = days.join(counted.with_columns(pl.col("day").cast(pl.Date)), on="day", how="left")
    return joined.select(
        "day",
        (pl.col("day") - pl.duration(days=pl.col("day").dt.weekday() - 1)).alias("week"),
        (pl.col("day").dt.weekday() - 1).cast(pl.Int64).alias("weekday"),
        pl.col("count").fill_null(0).cast(pl.Int64),
    )


def trend(scope: Scope) -> pl.DataFrame:
    """Return by month, each over its trailing 365 days: active employers, GMV per active employer, spend retention.

    Retention begins when the platform has two whole years behind it: before, a part of a year stands for the base.
    """
    found = values(scope, list(TREND), by="month").drop_nulls(GROUP).rename({GROUP: "month"})
    since = frame(scope.generation, scope.viewer, Query(TWO_YEARS_IN))["month"][0]
    is_whole = pl.col("month") >= since if since is not None else pl.lit(value=False)
    return found.filter(pl.col("month") < scope.generation.as_of.date().replace(day=1)).with_columns(
        pl.when(is_whole).then("spend_retention").alias("spend_retention")
    )


def behind_fill(scope: Scope) -> list[tuple[str, Rows | None]]:
    """Return the projects behind the fill rates, the filled ones counted."""
    return [
        (
            f"Projects whose {days} days are over",
            _projects(scope, f"is_mature_{days}_days = 1", f"is_filled_{days}_days = 1"),
        )
        for days in (30, 14, 60)
    ]


def behind_first_application(scope: Scope) -> list[tuple[str, Rows | None]]:
    """Return all projects, those with an application counted."""
    return [("Projects, those with an application counted", _projects(scope, "true", "application_count > 0"))]


def behind_ends(scope: Scope) -> list[tuple[str, Rows | None]]:
    """Return the projects behind each end."""
    return [(word, _projects(scope, f"zero_reason = '{reason}'")) for reason, word in REASONS.items()]


def behind_depth(scope: Scope) -> list[tuple[str, Rows | None]]:
    """Return the projects behind each bucket of applications."""
    return [(f"{bucket} applications", _projects(scope, where)) for bucket, where in DEPTH_CONDITIONS.items()]


def _projects(scope: Scope, condition: str, counted: str | None = None) -> Rows | None:
    return slice_rows(
        scope,
        "fct_projects",
        "posted_date",
        condition,
        counted or "true",
        columns=COLUMNS,
        is_rate=counted is not None,
    )


def behind_money(scope: Scope) -> list[tuple[str, Rows | None]]:
    """Return the engagements booked and those recognised."""
    booked = slice_rows(scope, "fct_engagements", "accepted_date", "accepted_at is not null", columns=COLUMNS)
    recognised = slice_rows(scope, "fct_engagements", "approved_date", "approved_at is not null", columns=COLUMNS)
    return [("Booked, by acceptance", booked), ("Recognised, by approval", recognised)]


def behind_trend(scope: Scope) -> list[tuple[str, Rows | None]]:
    """Return the employers' months, those with spend in the trailing 365 days counted."""
    rows = slice_rows(
        _kept_employers(scope), "agg_employer_month", "month_start_date", counted="is_active = 1", is_rate=True
    )
    return [("Employers' months, the active ones counted", rows)]


def _kept_employers(scope: Scope) -> Scope:
    return replace(scope, filters=scope.filters.kept(("period", "industry", "state", "host_id")))


def behind_supply(scope: Scope) -> list[tuple[str, Rows | None]]:
    """Return the month ends that the grid of categories sums."""
    rows = slice_rows(
        _kept(scope, "category"), "agg_category_months", "month_start_date", columns=("term_label", "category")
    )
    return [("Month ends by category", rows)]


def behind_states(scope: Scope) -> list[tuple[str, Rows | None]]:
    """Return the month ends that the grid of states sums."""
    rows = slice_rows(_kept(scope), "agg_state_months", "month_start_date", columns=("term_label",))
    return [("Month ends by state", rows)]


def behind_calendar(scope: Scope, measure: Measure, days: pl.DataFrame) -> list[tuple[str, Rows | None]]:
    """Return the rows of the busiest day and of the last week that is shown."""
    mart, column = DATED[measure]
    busiest: date = days.sort("count", "day", descending=[True, False])["day"][0]
    last_week: date = days["week"][-1]
    return [
        (
            f"Busiest day, {day_text(busiest)}",
            slice_rows(scope, mart, column, f"{column} = date '{busiest}'", columns=COLUMNS),
        ),
        (
            f"Week from {day_text(last_week)}",
            slice_rows(scope, mart, column, f"{column} >= date '{last_week}'", columns=COLUMNS),
        ),
    ]
