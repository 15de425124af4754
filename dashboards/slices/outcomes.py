"""What became of completers: the cumulative-incidence curve, the same by group, and how much of it is mature.

The curve has one implementation, the macro ``cumulative_incidence``: the mart agg_hire_through_curve is its answer over
everybody, the published table macro its answer over a slice. Its band takes completers as independent; the platform's,
whose completers come in employers, is that of ``dashboards.bands``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import polars as pl

from dashboards.bands import Units, clustered_band
from dashboards.database import Generation, Query, Value, frame, run
from dashboards.formats import word_text
from dashboards.intervals import CLUSTERS_NEEDED
from dashboards.rows import Rows, slice_rows
from dashboards.scope import SENSITIVE, WINDOWS, Clock, Scope, conditions
from dashboards.terms import term_key

MART = "fct_person_host_outcomes"
COLUMNS = ("term_label", "category", "school_type", "major_family", "industry", "state")
LEAST_AT_RISK = 10
LEAST_HIDDEN = 3
"""Of a school fact, a share of fewer hires, or of fewer who were not hired, is not said: METRICS.md, "Suppression"."""

BAND_CELLS = 400_000
"""Employers x days for which the platform's band is worked out; in between, the spread is read off a line. That is
every day at 80,000 applications, and every seventh at 10 million."""
LEAST_BAND_DAYS = 60

WORDS = {
    "term_label": "Term of completion",
    "category": "Category",
    "school_type": "School type",
    "years_to_graduation": "Years to graduation",
    "industry": "Industry",
    "size_band": "Size of employer",
}
EMPLOYER_BREAKDOWNS = ("term_label", "category", "years_to_graduation", "school_type")
PLATFORM_BREAKDOWNS = ("category", "industry", "size_band", "years_to_graduation")
ORDERED = {
    "years_to_graduation": ("graduated", "within 1 year", "1 to 2 years", "over 2 years"),
    "size_band": ("1-49", "50-249", "250-999", "1000-4999", "5000+"),
}
"""Dimension -> its values in the order in which they are read; others are ordered by the share."""

OPENED = ("term_label", "category", "industry")
"""Dimensions behind whose groups the pairs may be opened: those that a filter names, none of them the student's."""

CURVE = "select * from analytics.marts.cumulative_incidence('slice') order by group_key, day"
STORED = """
    select
        'all' as group_key, day, at_risk_count, host_incidence, host_lower, host_upper, elsewhere_incidence
    from analytics.marts.agg_hire_through_curve
    where clock = $course and scope_id = $scope_id
    order by day
"""


@dataclass(frozen=True)
class Course:
    """The columns that follow a pair from one clock's day 0, and the metric of each window over matured pairs."""

    name: str
    date: str
    entry: str
    exit: str
    event: str
    is_at_risk: str
    matured: Mapping[int, str]


COURSES: dict[Clock, Course] = {
    "completed": Course(
        "completion",
        "completed_date",
        "entry_days",
        "exit_days",
        "event_code",
        "is_at_risk",
        {
            180: "hire_through_matured_180_days",
            365: "hire_through_matured",
            730: "hire_through_matured_730_days",
        },
    ),
    "graduated": Course(
        "readiness",
        "readiness_date",
        "readiness_entry_days",
        "readiness_exit_days",
        "readiness_event_code",
        "is_at_risk_from_readiness",
        {days: f"hire_through_from_readiness_{days}_days" for days in WINDOWS},
    ),
}


@dataclass(frozen=True)
class Incidence:
    """The curve at one day: share hired by the host with its band (none while it is 0), elsewhere, at risk."""

    day: int
    host: float
    low: float | None
    high: float | None
    elsewhere: float
    at_risk: int


def course(scope: Scope) -> Course:
    """Return the columns of the clock that the page is read by."""
    return COURSES[scope.filters.clock]


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
        return frame(scope.generation, scope.viewer, query)
    return _clustered(scope.generation, scope.viewer, query, _units_query(scope))[0]


def employers_behind(scope: Scope) -> int | None:
    """Return how many employers the platform's band knows; None for one employer's own curve."""
    if scope.host_id is not None:
        return None
    return _clustered(scope.generation, scope.viewer, curve_query(scope), _units_query(scope))[1]


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


def _units_query(scope: Scope, dimension: str | None = None) -> Query:
    return Query.of(numbered(followed(scope, dimension, ", employer_id")), scope.parameters())


@lru_cache(maxsize=64)
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
    return pl.concat([pl.DataFrame([start], schema=kept.schema), kept.filter(pl.col("day") > 0)])


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
        return Incidence(day, 0.0, None, None, 0.0, at_risk)
    last = before.row(-1, named=True)
    return Incidence(
        day=day,
        host=float(last["host_incidence"]),
        low=last["host_lower"],
        high=last["host_upper"],
        elsewhere=float(last["elsewhere_incidence"]),
        at_risk=at_risk,
    )


def overall(found: Sequence[Incidence | None], window: int) -> float | None:
    """Return the share hired within one window, if it can be read."""
    return next((each.host for each in found if each is not None and each.day == window), None)


def maturity(scope: Scope) -> pl.DataFrame:
    """Return one row: completers, those left out and why, in the curve, and how many are mature per window."""
    is_ready = scope.filters.clock == "graduated"
    prefix = "is_ready_mature" if is_ready else "is_mature"
    windows = ", ".join(
        f"cast(coalesce(sum({prefix}_{days}_days * is_eligible), 0) as bigint) as mature_{days}" for days in WINDOWS
    )
    unknown = "readiness_date is null" if is_ready else "false"
    text = f"""
        select
            count(*) as completers,
            count(*) filter (where is_pre_existing = 1) as pre_existing,
            count(*) filter (where is_eligible = 0 and is_pre_existing = 0) as employed_elsewhere,
            count(*) filter (where is_eligible = 1 and {unknown}) as unknown_graduation,
            count(*) filter (where {course(scope).is_at_risk} = 1) as in_curve,
            {windows},
        from analytics.marts.{MART}
        where {conditions(scope, course(scope).date, COLUMNS)}
    """
    return frame(scope.generation, scope.viewer, Query.of(text, scope.parameters()))


def meters(counts: pl.DataFrame) -> pl.DataFrame:
    """Return per window the completers that it concerns, and of how many it is over: mature, waiting, share."""
    row = counts.row(0, named=True)
    concerned = row["completers"] - row["pre_existing"] - row["employed_elsewhere"] - row["unknown_graduation"]
    rows = [
        {
            "window": name,
            "completers": concerned,
            "in_curve": row["in_curve"],
            "mature": row[f"mature_{days}"],
            "waiting": concerned - row[f"mature_{days}"],
            "share": row[f"mature_{days}"] / concerned if concerned else None,
        }
        for days, name in WINDOWS.items()
    ]
    return pl.DataFrame(rows, schema_overrides={"share": pl.Float64})


def standing(found: Sequence[Incidence | None]) -> pl.DataFrame:
    """Return per window that can be read where completers stand: host, elsewhere, neither (they sum to 1)."""
    rows = [
        {
            "window": WINDOWS[each.day],
            "host": each.host,
            "elsewhere": each.elsewhere,
            "neither": 1 - each.host - each.elsewhere,
            "at_risk": each.at_risk,
        }
        for each in found
        if each is not None
    ]
    kinds = {
        "window": pl.String,
        "host": pl.Float64,
        "elsewhere": pl.Float64,
        "neither": pl.Float64,
        "at_risk": pl.Int64,
    }
    return pl.DataFrame(rows, schema=kinds)


GROUP_SCHEMA = {
    "group": pl.String,
    "pairs": pl.Int64,
    "at_risk": pl.Int64,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
}


def by_group(scope: Scope, dimension: str) -> pl.DataFrame:
    """Return the curve's reading at the window per value of a dimension.

    Columns: group, pairs (in the curve), at_risk, value, low, high. Groups with too few at risk have no value; small
    groups by a school fact have no count either.
    """
    rows = _group_curves(scope, dimension)
    found = [
        _reading(group, count, rows.get(group), scope.filters.window)
        for group, count in _pairs(scope, dimension).iter_rows()
    ]
    if dimension in SENSITIVE:
        found = hide_small(found)
    return pl.DataFrame(sorted(found, key=lambda each: _place(dimension, each)), schema=GROUP_SCHEMA).with_columns(
        pl.col("group").map_elements(word_text, return_dtype=pl.String)
    )


def _reading(group: str, count: int, rows: pl.DataFrame | None, window: int) -> dict[str, Any]:
    found = incidence_at(rows, window) if rows is not None else None
    return {
        "group": group,
        "pairs": count,
        "at_risk": found.at_risk if found else None,
        "value": found.host if found else None,
        "low": found.low if found else None,
        "high": found.high if found else None,
    }


def hide_small(found: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Take the figures from groups by a school fact that single people out.

    They are those of fewer than ten pairs, and those whose share stands for fewer than three hires, or for fewer than
    three who were not hired. Where that leaves one group hidden the next smallest is too: it is not the rest of a sum.
    """
    hidden = {each["group"] for each in found if _is_small(each)}
    others = sorted((each for each in found if each["group"] not in hidden), key=lambda each: each["pairs"])
    if len(hidden) == 1 and others:
        hidden.add(others[0]["group"])
    nothing = dict.fromkeys(("pairs", "at_risk", "value", "low", "high"))
    return [dict(each) | (nothing if each["group"] in hidden else {}) for each in found]


def _is_small(group: Mapping[str, Any]) -> bool:
    if int(group["pairs"]) < LEAST_AT_RISK:
        return True
    if group["value"] is None:
        return False
    hires = float(group["value"]) * int(group["pairs"])
    return bool(min(hires, int(group["pairs"]) - hires) < LEAST_HIDDEN)


def _place(dimension: str, group: Mapping[str, Any]) -> tuple[float, ...]:
    if dimension == "term_label":
        return term_key(group["group"])
    if dimension in ORDERED and group["group"] in ORDERED[dimension]:
        return (0.0, float(ORDERED[dimension].index(group["group"])))
    return (1.0, float(group["value"] is None), -(group["value"] or 0.0))


def _group_curves(scope: Scope, dimension: str) -> dict[str, pl.DataFrame]:
    """Return each group's curve; the platform's has its band on the day of the window alone."""
    query, units = curve_query(scope, dimension), _units_query(scope, dimension)
    if scope.host_id is not None:
        return _parted(frame(scope.generation, scope.viewer, query))
    return _clustered_groups(scope.generation, scope.viewer, query, units, scope.filters.window)


@lru_cache(maxsize=64)
def _clustered_groups(
    generation: Generation, viewer: str, query: Query, units: Query, window: int
) -> dict[str, pl.DataFrame]:
    rows, pairs = _parted(frame(generation, viewer, query)), units_by_group(run(generation, units))
    return {
        group: with_clustered_band(each.filter(pl.col("day") <= window).tail(1), pairs[group]).vstack(
            each.filter(pl.col("day") > window).head(1)
        )
        for group, each in rows.items()
    }


def _parted(rows: pl.DataFrame) -> dict[str, pl.DataFrame]:
    parts = rows.partition_by("group_key", as_dict=True, maintain_order=True)
    return {key: part for (key,), part in parts.items() if key is not None}


def _pairs(scope: Scope, dimension: str) -> pl.DataFrame:
    text = f"""
        select group_key, count(*) as pairs
        from ({followed(scope, dimension)}) as pairs
        where group_key is not null
        group by group_key
        order by group_key
    """
    return frame(scope.generation, scope.viewer, Query.of(text, scope.parameters()))


def curve_rows(scope: Scope) -> list[tuple[str, Rows | None]]:
    """Return the pairs behind the curve; counted are those whom the host hired.

    A hire elsewhere is in no row: the mart's columns that may be opened do not hold it.
    """
    return [("Pairs in the curve", _opened(scope, f"{course(scope).event} = 1"))]


def standing_rows(scope: Scope) -> list[tuple[str, Rows | None]]:
    """Return the pairs in the curve per window; counted are those whom the host hired within it."""
    found = course(scope)
    return [
        (f"Hired within {name}", _opened(scope, f"{found.event} = 1 and {found.exit} <= {days}"))
        for days, name in WINDOWS.items()
    ]


def group_rows(scope: Scope, dimension: str) -> list[tuple[str, Rows | None]]:
    """Return the pairs behind each group that is a filter too; facts of the student are not opened."""
    if dimension not in OPENED:
        return []
    found = course(scope)
    hired = f"{found.event} = 1 and {found.exit} <= {scope.filters.window}"
    groups = sorted(_pairs(scope, dimension)["group_key"], key=term_key if dimension == "term_label" else str)
    return [(word_text(group), _opened(narrowed(scope, dimension, group), hired)) for group in groups]


def narrowed(scope: Scope, dimension: str, value: str) -> Scope:
    """Return the scope with one more value picked, as the rows of one mark need it."""
    chosen = (*scope.filters.without(dimension).chosen, (dimension, (value,)))
    return replace(scope, filters=replace(scope.filters, chosen=chosen))


def _opened(scope: Scope, counted: str) -> Rows | None:
    condition = f"{course(scope).is_at_risk} = 1"
    return slice_rows(scope, MART, course(scope).date, condition, counted, columns=COLUMNS, is_rate=True)
