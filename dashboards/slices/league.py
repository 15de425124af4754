"""Employers side by side: those with enough data, their rates with intervals, and how volume is spread."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from dashboards.database import Query, frame
from dashboards.intervals import deflated_wilson, design_effect_of_sums
from dashboards.metrics import GROUP, values
from dashboards.rows import Rows, slice_rows
from dashboards.scope import Scope, conditions

LEAST_COMPLETERS = 10
DRAWN = 20
COLUMNS = ("category", "industry", "state")
RATES = {
    "fill_rate": ("projects_filled_30_days", "projects_mature_30_days"),
    "completion_rate": ("engagements_completed_in_time", "engagements_mature_completion"),
    "hire_through_rate": ("hires_within_365_days", "completers_mature_365_days"),
    "offer_through_rate": ("offers_within_365_days", "completers_mature_365_days"),
    "spend_retention": ("gmv_retained_12_months", "gmv_prior_12_months"),
}
"""Column -> the dictionary's numerator and denominator, which add up over the employers of a host."""

TOTALS = {"projects": "projects_posted", "completers": "completers_mature_365_days"}
SHOWN = (
    "employer",
    "hire_through_rate",
    "interval",
    "completers",
    "against_platform",
    "offer_through_rate",
    "projects",
    "fill_rate",
    "completion_rate",
    "gmv_12_months_usd",
    "spend_retention",
    "last_activity",
    "size_band",
    "industry",
    "host_id",
)
BUCKETS = (("0", 0), ("1", 1), ("2-4", 4), ("5-9", 9), ("10-24", 24), ("25-49", 49), ("50-99", 99), ("100+", None))
"""Projects posted -> the most that a bucket holds."""

HOSTS = Query("""
    select
        employers.employer_id,
        employers.host_id,
        employers.host_name as employer,
        hosts.industry,
        hosts.size_band,
    from analytics.marts.dim_employers as employers
    inner join analytics.marts.dim_employers as hosts on employers.host_id = hosts.employer_id
""")


@dataclass(frozen=True)
class League:
    """The table, a row per host with enough data, by volume; how many have too few; the platform's hire-through."""

    table: pl.DataFrame
    few: int
    overall: float | None


def league(scope: Scope) -> League:
    """Return hosts with at least ten mature completers, with their rates (0 to 1) and intervals.

    Rates are the dictionary's, numerators and denominators added over the employers of a host. ``low`` and ``high`` are
    the 95 % interval of hire-through, deflated by project; ``against_platform`` says where that leaves the platform's
    rate out.
    """
    sums = _sums(scope)
    hires, completers = (float(sums[name].sum()) for name in RATES["hire_through_rate"])
    overall = hires / completers if completers else None
    enough = sums.filter(pl.col("completers") >= LEAST_COMPLETERS)
    intervals = pl.DataFrame(_intervals(scope, overall), schema=INTERVALS)
    joined = enough.join(intervals, on="host_id", how="left").join(_last_activity(scope), on="host_id", how="left")
    ordered = joined.sort(
        "gmv_12_months_usd", "completers", "employer", "host_id", descending=[True, True, False, False]
    )
    few = sums.filter((pl.col("completers") < LEAST_COMPLETERS) & (pl.col("projects") > 0)).height
    return League(ordered.select(*SHOWN, "low", "high"), few, overall)


def _sums(scope: Scope) -> pl.DataFrame:
    """Return per host its counts and rates: the dictionary's metrics by employer, added up."""
    parts = dict.fromkeys([*(name for pair in RATES.values() for name in pair), *TOTALS.values()])
    counted = values(scope, [*parts, "gmv_trailing_12_months"], by="employer").rename({GROUP: "employer_id"})
    known = frame(scope.generation, scope.viewer, HOSTS)
    by_host = (
        known.join(counted, on="employer_id", how="inner")
        .group_by("host_id")
        .agg(pl.col("employer", "industry", "size_band").first(), pl.col(*parts, "gmv_trailing_12_months").sum())
    )
    rates = [(pl.col(part) / pl.col(whole)).fill_nan(None).alias(name) for name, (part, whole) in RATES.items()]
    totals = [pl.col(name).cast(pl.Int64).alias(column) for column, name in TOTALS.items()]
    return by_host.with_columns(*rates, *totals, pl.col("gmv_trailing_12_months").alias("gmv_12_months_usd"))


INTERVALS = {
    "host_id": pl.String,
    "low": pl.Float64,
    "high": pl.Float64,
    "interval": pl.String,
    "against_platform": pl.String,
}


def _intervals(scope: Scope, overall: float | None) -> list[dict[str, Any]]:
    """Return the interval of each host's hire-through, its completers clustered by project."""
    text = f"""
        with projects as (
            select host_id, project_id, sum(is_hired_365_days) as hits, sum(is_mature_completer) as size
            from analytics.marts.fct_person_host_outcomes
            where is_mature_completer = 1 and {conditions(scope, "completed_date", COLUMNS)}
            group by host_id, project_id
        )

        select
            host_id,
            count(*) as clusters,
            cast(sum(hits) as double) as hits,
            cast(sum(size) as double) as size,
            cast(sum(hits * hits) as double) as hit_squares,
            cast(sum(hits * size) as double) as products,
            cast(sum(size * size) as double) as size_squares,
        from projects
        group by host_id
        having sum(size) >= {LEAST_COMPLETERS}
    """
    found = frame(scope.generation, scope.viewer, Query.of(text, scope.parameters()))
    return [{"host_id": row.pop("host_id"), **_interval(row, overall)} for row in found.to_dicts()]


def _interval(sums: Mapping[str, Any], overall: float | None) -> dict[str, Any]:
    interval = deflated_wilson(sums["hits"], sums["size"], design_effect_of_sums(**sums))
    if interval is None or overall is None:
        return {}
    against = "above" if interval.low > overall else "below" if interval.high < overall else "not told apart"
    text = f"{interval.low * 100:.0f} to {interval.high * 100:.0f} %"
    return {"low": interval.low, "high": interval.high, "interval": text, "against_platform": against}


def _last_activity(scope: Scope) -> pl.DataFrame:
    """Return per host the day of its last posting or accepted engagement, whatever the filters."""
    text = """
        select host_id, max(last_day) as last_activity
        from (
            select host_id, max(posted_date) as last_day from analytics.marts.fct_projects group by host_id
            union all
            select host_id, max(accepted_date) from analytics.marts.fct_engagements group by host_id
        ) as activities
        group by host_id
    """
    return frame(scope.generation, scope.viewer, Query.of(text))


def forest_rows(found: League) -> pl.DataFrame:
    """Return the hosts with most completers as a forest shows them: group, pairs, value, low, high, against."""
    largest = found.table.sort("completers", "employer", descending=[True, False]).head(DRAWN)
    return largest.select(
        pl.col("employer").alias("group"),
        pl.col("completers").alias("pairs"),
        pl.col("hire_through_rate").alias("value"),
        "low",
        "high",
        pl.col("against_platform").alias("against"),
    )


def volumes(scope: Scope) -> pl.DataFrame:
    """Return employers by how many projects they posted: posted, employers, projects, and the share of both."""
    text = f"""
        select host_id, count(*) as projects
        from analytics.marts.fct_projects
        where host_id is not null and {conditions(scope, "posted_date", COLUMNS)}
        group by host_id
    """
    found = frame(scope.generation, scope.viewer, Query.of(text, scope.parameters()))
    rows, least = [], 0
    for label, most in BUCKETS:
        held = found.filter((pl.col("projects") >= least) & (True if most is None else pl.col("projects") <= most))
        rows.append({"posted": label, "employers": held.height, "projects": int(held["projects"].sum())})
        least = (most or 0) + 1
    counted = pl.DataFrame(rows, schema={"posted": pl.String, "employers": pl.Int64, "projects": pl.Int64})
    shares = [
        (pl.col(name) / pl.col(name).sum()).fill_nan(None).alias(f"{name}_share") for name in ("employers", "projects")
    ]
    return counted.filter(pl.col("posted") != "0").with_columns(shares)


def rows_of_league(scope: Scope) -> list[tuple[str, Rows | None]]:
    """Return what is behind the page's charts: completers, those hired counted, and projects."""
    marks = (
        (
            "Completers",
            "fct_person_host_outcomes",
            "completed_date",
            "is_mature_completer = 1",
            "is_hired_365_days = 1",
        ),
        ("Projects", "fct_projects", "posted_date", "true", "true"),
    )
    return [
        (label, slice_rows(scope, mart, day, condition, counted, columns=COLUMNS, is_rate=counted != "true"))
        for label, mart, day, condition, counted in marks
    ]


def one(scope: Scope, host_id: str) -> Scope:
    """Return the scope of one host, seen by leadership under the page's period and category."""
    known = frame(scope.generation, scope.viewer, HOSTS).filter(pl.col("host_id") == host_id)
    narrowed = scope.filters.kept(("period", "category"))
    return replace(
        scope,
        host_id=host_id,
        host_name=known["employer"][0] or host_id,
        employer_ids=tuple(sorted(known["employer_id"].to_list())),
        filters=narrowed,
        knows_elsewhere=True,
    )
