"""What became of completers group by group: the curve's reading at the window, and the pairs behind it.

School types are not among the groups: what a school is, the pages show through the cube alone (METRICS.md).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from dashboards.database import Generation, Query, frame, run
from dashboards.formats import word_text
from dashboards.keeping import kept
from dashboards.rows import Rows
from dashboards.scope import Scope
from dashboards.slices.courses import course
from dashboards.slices.outcomes import (
    curve_query,
    followed,
    incidence_at,
    opened,
    units_by_group,
    units_query,
    with_clustered_band,
)
from dashboards.terms import term_key

EMPLOYER_BREAKDOWNS = ("term_label", "category", "years_to_graduation")

PLATFORM_BREAKDOWNS = ("category", "industry", "size_band", "years_to_graduation")

ORDERED = {
    "years_to_graduation": ("graduated", "within 1 year", "1 to 2 years", "over 2 years"),
    "size_band": ("1-49", "50-249", "250-999", "1000-4999", "5000+"),
}
"""Dimension -> its values in the order in which they are read; others are ordered by the share."""

OPENED = ("term_label", "category", "industry")
"""Dimensions behind whose groups the pairs may be opened: those that a filter names, none of them the student's."""

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

    Columns: group, pairs (in the curve), at_risk, value, low, high. Groups with too few at risk have no value.
    """
    rows = _group_curves(scope, dimension)
    found = [
        _reading(group, count, rows.get(group), scope.filters.window)
        for group, count in _pairs(scope, dimension).iter_rows()
    ]
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


def _place(dimension: str, group: Mapping[str, Any]) -> tuple[float, ...]:
    if dimension == "term_label":
        return term_key(group["group"])
    if dimension in ORDERED and group["group"] in ORDERED[dimension]:
        return (0.0, float(ORDERED[dimension].index(group["group"])))
    return (1.0, float(group["value"] is None), -(group["value"] or 0.0))


def _group_curves(scope: Scope, dimension: str) -> dict[str, pl.DataFrame]:
    """Return each group's curve; the platform's has its band on the day of the window alone."""
    query, units = curve_query(scope, dimension), units_query(scope, dimension)
    if scope.host_id is not None:
        return _parted(frame(scope.generation, scope.viewer, query))
    return _clustered_groups(scope.generation, scope.viewer, query, units, scope.filters.window)


@kept(64)
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


def group_rows(scope: Scope, dimension: str) -> list[tuple[str, Rows | None]]:
    """Return the pairs behind each group that is a filter too; facts of the student are not opened."""
    if dimension not in OPENED:
        return []
    found = course(scope)
    hired = f"{found.event} = 1 and {found.exit} <= {scope.filters.window}"
    groups = sorted(_pairs(scope, dimension)["group_key"], key=term_key if dimension == "term_label" else str)
    return [(word_text(group), opened(narrowed(scope, dimension, group), hired)) for group in groups]


def narrowed(scope: Scope, dimension: str, value: str) -> Scope:
    """Return the scope with one more value picked, as the rows of one mark need it."""
    chosen = (*scope.filters.without(dimension).chosen, (dimension, (value,)))
    return replace(scope, filters=replace(scope.filters, chosen=chosen))
