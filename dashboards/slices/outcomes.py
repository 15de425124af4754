"""What became of completers: the cumulative-incidence curve, the same by group, and how much of it is mature.

The curve has one implementation, the table macro ``marts.cumulative_incidence`` of the published file. Its band takes
completers as independent; the platform's, whose completers come in employers, is that of ``dashboards.bands``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import polars as pl

from dashboards.bands import Units, clustered_band
from dashboards.database import Generation, Query, frame, run
from dashboards.formats import word_text
from dashboards.intervals import CLUSTERS_NEEDED
from dashboards.scope import SENSITIVE, Scope, conditions
from dashboards.terms import term_key

COLUMNS = ("term_label", "category", "school_type", "major_family", "industry")
WINDOWS = {180: "6 months", 365: "12 months", 730: "24 months"}
LEAST_AT_RISK = 10
BREAKDOWNS = {"term_label": "Term of completion", "category": "Category", "school_type": "School type"}

CURVE = "select * from analytics.marts.cumulative_incidence('slice') order by group_key, day"


@dataclass(frozen=True)
class Incidence:
    """The curve at one day: share hired by the host with its band (none while it is 0), elsewhere, at risk."""

    day: int
    host: float
    low: float | None
    high: float | None
    elsewhere: float
    at_risk: int


def curve_query(scope: Scope, dimension: str | None = None) -> Query:
    """Return the statement of the curve over the slice, one curve per value of a dimension if one is named."""
    return Query.of(CURVE, scope.parameters(), _at_risk(scope, dimension))


def _at_risk(scope: Scope, dimension: str | None, more: str = "") -> str:
    if dimension is not None and dimension not in BREAKDOWNS:
        raise ValueError(f"Expected one of {', '.join(BREAKDOWNS)}, found {dimension!r}.")
    return f"""
        select entry_days, exit_days, event_code, {dimension or "'all'"} as group_key{more}
        from analytics.marts.fct_person_host_outcomes
        where is_at_risk = 1 and {conditions(scope, "completed_date", COLUMNS)}
    """


def curves(scope: Scope, dimension: str | None = None) -> pl.DataFrame:
    """Return the macro's rows: group_key, day, at_risk_count, host_incidence with band, elsewhere_incidence.

    The platform's band is bootstrapped by employer; a curve of fewer than ten employers keeps the macro's own.
    """
    curve = curve_query(scope, dimension)
    if scope.host_id is not None:
        return frame(scope.generation, scope.viewer, curve)
    units = Query.of(_at_risk(scope, dimension, ", employer_id") + " order by all", scope.parameters())
    return _clustered(scope.generation, scope.viewer, curve, units)


@lru_cache(maxsize=64)
def _clustered(generation: Generation, viewer: str, curve: Query, units: Query) -> pl.DataFrame:
    """Return the macro's rows with a band that lets completers of one employer share their fate."""
    rows = frame(generation, viewer, curve)
    if rows.is_empty():
        return rows
    followed = run(generation, units).partition_by("group_key", as_dict=True)
    groups = rows.partition_by("group_key", as_dict=True, maintain_order=True)
    return pl.concat(with_clustered_band(group, followed[key]) for key, group in groups.items())


def with_clustered_band(curve: pl.DataFrame, followed: pl.DataFrame) -> pl.DataFrame:
    """Return one curve with the band of its employers: ``followed`` has a row per pair that it is drawn from."""
    columns = (followed[name] for name in ("entry_days", "exit_days", "event_code", "employer_id"))
    band = clustered_band(Units.of(*columns), curve["day"], curve["host_incidence"], curve["host_variance"])
    if band is None:
        return curve
    return curve.with_columns(
        pl.Series(name, edge).fill_nan(None) for name, edge in zip(("host_lower", "host_upper"), band, strict=True)
    )


def band_notes(scope: Scope) -> tuple[str, ...]:
    """Say of the platform's curve when too few employers stand behind its band."""
    if scope.host_id is not None:
        return ()
    text = f"select count(distinct employer_id) as employers from ({_at_risk(scope, None, ', employer_id')}) as at_risk"
    found = frame(scope.generation, scope.viewer, Query.of(text, scope.parameters()))
    few = int(found["employers"][0]) < CLUSTERS_NEEDED
    return ("fewer than 10 employers: the band takes completers as independent",) if few else ()


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


def maturity(scope: Scope) -> pl.DataFrame:
    """Return one row: completers, those left out (pre-existing, employed elsewhere), in the curve, mature, hired."""
    windows = ", ".join(
        f"cast(coalesce(sum(is_mature_{days}_days * is_eligible), 0) as bigint) as mature_{days}, "
        f"cast(coalesce(sum(is_hired_{days}_days), 0) as bigint) as hired_{days}"
        for days in WINDOWS
    )
    text = f"""
        select
            count(*) as completers,
            count(*) filter (where is_pre_existing = 1) as pre_existing,
            count(*) filter (where is_eligible = 0 and is_pre_existing = 0) as employed_elsewhere,
            count(*) filter (where is_at_risk = 1) as in_curve,
            {windows},
        from analytics.marts.fct_person_host_outcomes
        where {conditions(scope, "completed_date", COLUMNS)}
    """
    return frame(scope.generation, scope.viewer, Query.of(text, scope.parameters()))


def meters(counts: pl.DataFrame) -> pl.DataFrame:
    """Return per window the completers that it concerns, and of how many it is over: mature, waiting, share."""
    row = counts.row(0, named=True)
    concerned = row["completers"] - row["pre_existing"] - row["employed_elsewhere"]
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


def by_group(scope: Scope, dimension: str, day: int = 365) -> pl.DataFrame:
    """Return the curve's reading at a day per value of a dimension.

    Columns: group, pairs (in the curve), at_risk, value, low, high. Groups with too few at risk have no value; small
    groups by a school fact have no count either.
    """
    rows = curves(scope, dimension)
    pairs = _pairs(scope, dimension)
    found: list[dict[str, Any]] = []
    for group, count in pairs.iter_rows():
        reading = incidence_at(rows.filter(pl.col("group_key") == group), day)
        found.append(
            {
                "group": word_text(group),
                "pairs": None if dimension in SENSITIVE and count < LEAST_AT_RISK else count,
                "at_risk": reading.at_risk if reading else None,
                "value": reading.host if reading else None,
                "low": reading.low if reading else None,
                "high": reading.high if reading else None,
            }
        )
    schema = {
        "group": pl.String,
        "pairs": pl.Int64,
        "at_risk": pl.Int64,
        "value": pl.Float64,
        "low": pl.Float64,
        "high": pl.Float64,
    }
    if dimension == "term_label":
        found.sort(key=lambda each: term_key(each["group"]))
    else:
        found.sort(key=lambda each: (each["value"] is not None, each["value"] or 0.0), reverse=True)
    return pl.DataFrame(found, schema=schema)


def _pairs(scope: Scope, dimension: str) -> pl.DataFrame:
    text = f"""
        select {dimension} as group_name, count(*) as pairs
        from analytics.marts.fct_person_host_outcomes
        where is_at_risk = 1 and {dimension} is not null
            and {conditions(scope, "completed_date", COLUMNS)}
        group by {dimension}
        order by {dimension}
    """
    return frame(scope.generation, scope.viewer, Query.of(text, scope.parameters()))
