"""How long hires stay, by how they came: Kaplan-Meier curves from the start of work.

The curve has one implementation, the macro ``kaplan_meier``: the mart agg_retention_curve is its answer over everybody,
the published table macro its answer over a slice. The platform's band lets hires of one employer share their fate.
"""

import numpy as np
import polars as pl

from dashboards.bands import Units, clustered_variance, log_log_band
from dashboards.database import Generation, Query, Value, frame, run
from dashboards.keeping import kept
from dashboards.rows import Rows, slice_rows
from dashboards.scope import DIMENSIONS, Scope, conditions
from dashboards.slices.outcomes import LEAST_AT_RISK, band_days, is_whole, numbered, units_by_group

MART = "fct_hires"
COLUMNS = ("term_label", "industry", "state")
WAYS = {"micro-internship": "Micro-internship with the host", "other intern": "Other internship", "neither": "Neither"}
"""How a hire came, as the mart says it -> in words."""

YEAR = 365
FOLLOWED = "is_new_hire = 1 and retention_exit_days is not null"

CURVES = """
    select group_key as came_by, day, at_risk_count, survival as retained_share, survival_lower as retained_lower,
        survival_upper as retained_upper
    from analytics.marts.kaplan_meier('slice')
    order by came_by, day
"""
STORED = """
    select came_by, day, at_risk_count, retained_share, retained_lower, retained_upper
    from analytics.marts.agg_retention_curve
    where scope_id = $scope_id
    order by came_by, day
"""


def curves_query(scope: Scope) -> Query:
    """Return the statement of the curves: of the mart where nothing is filtered, else of the macro over the slice."""
    if is_whole(scope):
        bound: dict[str, Value] = {"scope_id": scope.host_id or "platform"}
        return Query.of(STORED, bound)
    return Query.of(CURVES, scope.parameters(), _followed(scope))


def _followed(scope: Scope, more: str = "") -> str:
    return f"""
        select retention_entry_days as entry_days, retention_exit_days as exit_days,
            retention_event_code as event_code, came_by as group_key{more}
        from analytics.marts.{MART}
        where {FOLLOWED} and {conditions(scope, "start_date", COLUMNS)}
    """


def curves(scope: Scope) -> pl.DataFrame:
    """Return came_by, day, at_risk_count and retained_share with its band, on days on which somebody leaves."""
    query = curves_query(scope)
    if scope.host_id is not None:
        return frame(scope.generation, scope.viewer, query)
    return _clustered(
        scope.generation, scope.viewer, query, Query.of(numbered(_followed(scope, ", employer_id")), scope.parameters())
    )


@kept(64)
def _clustered(generation: Generation, viewer: str, query: Query, hires: Query) -> pl.DataFrame:
    rows = frame(generation, viewer, query)
    if rows.is_empty():
        return rows
    followed = units_by_group(run(generation, hires))
    parts = rows.partition_by("came_by", maintain_order=True)
    return pl.concat(with_clustered_band(part, followed[part["came_by"][0]]) for part in parts)


def with_clustered_band(rows: pl.DataFrame, units: Units) -> pl.DataFrame:
    """Return one curve with the band of its employers, which never narrows the macro's own; ten employers needed."""
    kept = band_days(rows["day"], units.cluster_count)
    variance = clustered_variance(units, kept)
    if variance is None:
        return rows
    spread = np.interp(rows["day"].to_numpy(), kept, np.sqrt(variance))
    low, high = log_log_band(rows["retained_share"].to_numpy(), spread**2)
    edges = {
        "retained_lower": np.fmin(low, rows["retained_lower"].to_numpy()),
        "retained_upper": np.fmax(high, rows["retained_upper"].to_numpy()),
    }
    return rows.with_columns(pl.Series(name, edge).fill_nan(None) for name, edge in edges.items())


def drawn(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the parts of the curves that may be drawn: from day 0 on, while at least ten are at risk."""
    kept = rows.filter(pl.col("at_risk_count") >= LEAST_AT_RISK).with_columns(
        pl.col("day", "at_risk_count").cast(pl.Int64)
    )
    starts = kept.group_by("came_by", maintain_order=True).agg(
        pl.lit(0, pl.Int64).alias("day"), pl.col("at_risk_count").max(), pl.lit(1.0).alias("retained_share")
    )
    return pl.concat([starts, kept.filter(pl.col("day") > 0)], how="diagonal").sort("came_by", "day")


def at_day(rows: pl.DataFrame, day: int = YEAR) -> pl.DataFrame:
    """Return per way of coming the reading at a day: came_by, at_risk, value, low, high; none below ten at risk."""
    later = rows.filter(pl.col("day") >= day).group_by("came_by").agg(pl.col("at_risk_count").first().alias("at_risk"))
    before = rows.filter(pl.col("day") <= day).group_by("came_by", maintain_order=True).last()
    ways = pl.DataFrame({"came_by": list(WAYS)}, schema={"came_by": pl.String})
    read = ways.join(later, on="came_by", how="left", maintain_order="left").join(
        before, on="came_by", how="left", maintain_order="left"
    )
    is_known = pl.col("at_risk") >= LEAST_AT_RISK
    return read.select(
        "came_by",
        pl.when(is_known).then("at_risk").alias("at_risk").cast(pl.Int64),
        pl.when(is_known).then(pl.col("retained_share").fill_null(1.0)).alias("value"),
        pl.when(is_known).then("retained_lower").alias("low"),
        pl.when(is_known).then("retained_upper").alias("high"),
    )


def ignored(scope: Scope) -> str:
    """Say which of the set filters hires and offers do not carry, so that nobody takes them for filtered."""
    words = [DIMENSIONS[name].lower() for name in scope.dimensions() if name not in (*COLUMNS, "host_id")]
    return f". Not filtered by {' and '.join(words)}" if words else ""


def hire_rows(scope: Scope) -> list[tuple[str, Rows | None]]:
    """Return the hires behind each curve; counted are those who have left."""
    return [
        (
            words,
            slice_rows(
                scope,
                MART,
                "start_date",
                f"{FOLLOWED} and came_by = '{way}'",
                "retention_event_code = 1",
                columns=COLUMNS,
                is_rate=True,
            ),
        )
        for way, words in WAYS.items()
    ]
