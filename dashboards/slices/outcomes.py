"""What became of completers: the cumulative-incidence curve, and the pairs behind it.

An employer's completers are followed as if nobody knew of a start elsewhere, and are told of such starts by the stored
curve of all of them alone, never under a filter (see ``dashboards.elsewhere``).

The curve has one implementation, the macro ``cumulative_incidence``: the mart agg_hire_through_curve is its answer over
everybody, the published table macro its answer over a slice. Its band takes completers as independent; the platform's,
whose completers come in employers, is that of ``dashboards.bands``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from dashboards.bands import Units, clustered_band
from dashboards.database import Generation, Query, Value, frame, run
from dashboards.intervals import CLUSTERS_NEEDED
from dashboards.keeping import kept
from dashboards.rows import Rows, slice_rows
from dashboards.scope import WINDOWS, Scope, conditions
from dashboards.slices.courses import course

MART = "fct_person_host_outcomes"
COLUMNS = ("term_label", "category", "school_type", "major_family", "industry", "state")
LEAST_AT_RISK = 10

BAND_CELLS = 400_000
"""Employers x days for which the platform's band is worked out; in between, the spread is read off a line. That is
every day at 80,000 applications, and every seventh at 10 million."""
LEAST_BAND_DAYS = 60

WORDS = {
    "term_label": "Term of completion",
    "category": "Category",
    "years_to_graduation": "Years to graduation",
    "industry": "Industry",
    "size_band": "Size of employer",
}


CURVE = "select * from analytics.marts.cumulative_incidence('slice') order by group_key, day"
STORED = """
    select
        'all' as group_key, day, at_risk_count, host_incidence, host_lower, host_upper, elsewhere_incidence
    from analytics.marts.agg_hire_through_curve
    where clock = $course and scope_id = $scope_id
    order by day
"""


@dataclass(frozen=True)
class Incidence:
    """The curve at one day: share hired by the host with its band (none while it is 0), elsewhere if told, at risk."""

    day: int
    host: float
    low: float | None
    high: float | None
    elsewhere: float | None
    at_risk: int


def is_whole(scope: Scope) -> bool:
    """Tell whether no filter narrows the scope, so that a mart of everybody answers."""
    return scope.since() is None and not list(scope.dimensions())


def curve_query(scope: Scope, dimension: str | None = None) -> Query:
    """Return the statement of the curve: of the mart where nothing is filtered, else of the macro over the slice."""
    if dimension is None and is_whole(scope):
        bound: dict[str, Value] = {"course": course(scope).name, "scope_id": scope.host_id or "platform"}
        return Query.of(STORED, bound)
    return Query.of(CURVE, scope.parameters(), followed(scope, dimension))


def followed(scope: Scope, dimension: str | None = None, more: str = "") -> str:
    """Return the statement of the pairs in the curve: one row each, with its group."""
    if dimension is not None and dimension not in WORDS:
        raise ValueError(f"Expected one of {', '.join(WORDS)}, found {dimension!r}.")
    found = course(scope)
    return f"""
        select
            {found.entry} as entry_days, {found.exit} as exit_days, {found.event} as event_code,
            {dimension or "'all'"} as group_key{more}
        from analytics.marts.{MART}{_employers(dimension)}
        where {found.is_at_risk} = 1 and {conditions(scope, found.date, COLUMNS)}
    """


def _employers(dimension: str | None) -> str:
    if dimension not in ("industry", "size_band"):
        return ""
    return f" left join (select employer_id, {dimension} from analytics.marts.dim_employers) using (employer_id)"


def curve(scope: Scope) -> pl.DataFrame:
    """Return the curve: day, at_risk_count, host_incidence with its band, elsewhere_incidence.

    The platform's band lets completers of one employer share their fate; fewer than ten employers keep the macro's.
    """
    query = curve_query(scope)
    if scope.host_id is not None:
        rows = frame(scope.generation, scope.viewer, query)
        return rows if is_whole(scope) else rows.with_columns(pl.lit(None, pl.Float64).alias("elsewhere_incidence"))
    return _clustered(scope.generation, scope.viewer, query, units_query(scope))[0]


def employers_behind(scope: Scope) -> int | None:
    """Return how many employers the platform's band knows; None for one employer's own curve."""
    if scope.host_id is not None:
        return None
    return _clustered(scope.generation, scope.viewer, curve_query(scope), units_query(scope))[1]


def band_notes(scope: Scope) -> tuple[str, ...]:
    """Say of the platform's curve when too few employers stand behind its band."""
    employers = employers_behind(scope)
    if employers is None or employers >= CLUSTERS_NEEDED:
        return ()
    return (f"fewer than {CLUSTERS_NEEDED} employers: the band takes completers as independent",)


def numbered(pairs: str) -> str:
    """Return followed rows as whole numbers, the employer too: strings would be slow to fetch."""
    return f"""
        select cast(entry_days as integer) as entry_days, cast(exit_days as integer) as exit_days,
            cast(event_code as tinyint) as event_code, coalesce(employer_number, 0) as employer_number, group_key
        from ({pairs}) as pairs
        left join (
            select employer_id, row_number() over (order by employer_id) as employer_number
            from analytics.marts.dim_employers
        ) as employers using (employer_id)
    """


def units_query(scope: Scope, dimension: str | None = None) -> Query:
    """Return the statement of the followed pairs as numbers, for the platform's band."""
    return Query.of(numbered(followed(scope, dimension, ", employer_id")), scope.parameters())


@kept(64)
def _clustered(generation: Generation, viewer: str, query: Query, units: Query) -> tuple[pl.DataFrame, int]:
    """Return the curve with the band of its employers, and how many these are."""
    rows = frame(generation, viewer, query)
    if rows.is_empty():
        return rows, 0
    (found,) = units_by_group(run(generation, units)).values()
    return with_clustered_band(rows, found), found.cluster_count


def units_by_group(pairs: pl.DataFrame) -> dict[str, Units]:
    """Return the pairs of each group as units that come in employers; pairs of no group are left out."""
    parts = (
        pairs.drop_nulls("group_key").with_columns(pl.col("group_key").cast(pl.Categorical)).partition_by("group_key")
    )
    return {
        str(part["group_key"][0]): Units.of(
            part["entry_days"], part["exit_days"], part["event_code"], part["employer_number"]
        )
        for part in parts
    }


def with_clustered_band(rows: pl.DataFrame, units: Units) -> pl.DataFrame:
    """Return one curve with the band of the employers that it is drawn from; it never narrows the macro's own."""
    incidence, low, high = (rows[name].to_numpy() for name in ("host_incidence", "host_lower", "host_upper"))
    band = clustered_band(units, rows["day"], incidence, low, high, band_days(rows["day"], units.cluster_count))
    if band is None:
        return rows
    return rows.with_columns(
        pl.Series(name, edge).fill_nan(None) for name, edge in zip(("host_lower", "host_upper"), band, strict=True)
    )


def band_days(days: pl.Series, employers: int) -> list[int]:
    """Return the days of a curve on which its band is worked out: all where that is cheap, always the windows'."""
    kept = max(LEAST_BAND_DAYS, BAND_CELLS // max(employers, 1))
    if days.len() <= kept:
        return days.to_list()
    spaced = np.linspace(0, days.len() - 1, kept).astype(int)
    read = [days.search_sorted(window, side="right") - 1 for window in WINDOWS]
    return sorted({int(days[int(place)]) for place in [*spaced, *read] if place >= 0})


def drawn(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the part of one curve that may be drawn: from day 0 on, while at least ten are at risk."""
    kept = rows.filter(pl.col("at_risk_count") >= LEAST_AT_RISK).select(
        pl.col("day").cast(pl.Int64),
        pl.col("at_risk_count").cast(pl.Int64),
        "host_incidence",
        "host_lower",
        "host_upper",
        "elsewhere_incidence",
    )
    if kept.is_empty():
        return kept
    most = kept["at_risk_count"].max()
    start = dict.fromkeys(kept.columns, 0.0) | {"day": 0, "at_risk_count": most, "host_lower": None, "host_upper": None}
    if not tells_of_elsewhere(kept):
        start["elsewhere_incidence"] = None
    return pl.concat([pl.DataFrame([start], schema=kept.schema), kept.filter(pl.col("day") > 0)])


def tells_of_elsewhere(rows: pl.DataFrame) -> bool:
    """Tell whether a curve says who started elsewhere: one employer's does under no filter, if enough did."""
    return rows["elsewhere_incidence"].null_count() == 0


def incidences(rows: pl.DataFrame) -> list[Incidence | None]:
    """Read one curve at each window."""
    return [incidence_at(rows, day) for day in WINDOWS]


def incidence_at(rows: pl.DataFrame, day: int) -> Incidence | None:
    """Read one curve at a day, or return None when fewer than ten pairs were at risk then."""
    later, before = rows.filter(pl.col("day") >= day), rows.filter(pl.col("day") <= day)
    if later.is_empty() or later["at_risk_count"][0] < LEAST_AT_RISK:
        return None
    at_risk = int(later["at_risk_count"][0])
    if before.is_empty():
        return Incidence(day, 0.0, None, None, 0.0 if tells_of_elsewhere(rows) else None, at_risk)
    last = before.row(-1, named=True)
    return Incidence(
        day=day,
        host=float(last["host_incidence"]),
        low=last["host_lower"],
        high=last["host_upper"],
        elsewhere=last["elsewhere_incidence"],
        at_risk=at_risk,
    )


def overall(found: Sequence[Incidence | None], window: int) -> float | None:
    """Return the share hired within one window, if it can be read."""
    return next((each.host for each in found if each is not None and each.day == window), None)


def curve_rows(scope: Scope) -> list[tuple[str, Rows | None]]:
    """Return the pairs behind the curve; counted are those whom the host hired.

    A hire elsewhere is in no row: the mart's columns that may be opened do not hold it.
    """
    return [("Pairs in the curve", opened(scope, f"{course(scope).event} = 1"))]


def standing_rows(scope: Scope) -> list[tuple[str, Rows | None]]:
    """Return the pairs in the curve per window; counted are those whom the host hired within it."""
    found = course(scope)
    return [
        (f"Hired within {name}", opened(scope, f"{found.event} = 1 and {found.exit} <= {days}"))
        for days, name in WINDOWS.items()
    ]


def opened(scope: Scope, counted: str) -> Rows | None:
    """Return the pairs in the curve as rows that may be opened."""
    condition = f"{course(scope).is_at_risk} = 1"
    return slice_rows(scope, MART, course(scope).date, condition, counted, columns=COLUMNS, is_rate=True)
