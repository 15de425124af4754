"""The finished group tables of one scope: all that its viewers may see of groups, and nothing that must be held back.

An employer's extract holds these tables and neither the cube nor the strata that they are made of; the platform's pages
make them from the published file by the same functions.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import polars as pl

from dashboards.fairness.groups import MINIMUM_UNITS, Group
from dashboards.fairness.persons import NoWorldError, Profile
from dashboards.fairness.stratified import StrataSums, Stratified, mantel_haenszel, sum_strata
from dashboards.fairness.suppression import Cell, ShownCell, suppress, suppress_alone
from dashboards.fairness.tables import ALL_TIME, BAND_REACH

logger = logging.getLogger(__name__)

SHOWN, ODDS = "agg_selection_shown", "agg_selection_odds"

OPEN_DIMENSIONS = ("major_family",)
"""Facts that stand in the rows that a viewer may open: withholding more than the rule asks for would hide nothing."""

LEAST_PROJECTS = 5
"""In fewer projects, a comparison within projects would come near to single projects' selections."""

ODDS_DECIMALS = 2
"""Odds are stored as they are printed: a number with all its digits could be solved for the counts behind it."""

SHOWN_SCHEMA = {
    "scope_id": pl.String,
    "group_dimension": pl.String,
    "period_label": pl.String,
    "stage": pl.String,
    "group_value": pl.String,
    "status": pl.String,
    "unit_count": pl.Int64,
    "advanced_count": pl.Int64,
    "band_low_rate": pl.Float64,
    "band_high_rate": pl.Float64,
}

ODDS_SCHEMA = {
    "scope_id": pl.String,
    "group_dimension": pl.String,
    "group_value": pl.String,
    "leading_value": pl.String,
} | dict.fromkeys(
    ("pooled", "pooled_low", "pooled_high", "within", "within_low", "within_high", "within_p"), pl.Float64
)


def finished_tables(
    cube: pl.DataFrame, strata: pl.DataFrame, persons: pl.DataFrame | None = None
) -> dict[str, pl.DataFrame]:
    """Return the finished tables of one scope by name: ``agg_selection_shown`` and ``agg_selection_odds``.

    ``cube`` and ``strata`` hold the rows of that scope alone of the marts agg_selection_cube and agg_selection_strata;
    ``persons`` holds, where viewers have rows of persons, which rows how many have: person (one of those alike),
    person_count, stage, term_label, unit_count, advanced_count.
    A hidden cell has no row, as a group has none of which there is nobody; a dimension of which nothing may be shown
    has one row without counts, so that it can be said.
    """
    shown, odds = [], []
    profiles = None if persons is None else profiles_of(persons)
    for (scope_id, dimension), cells in sorted(cells_of(cube).items()):
        finished = suppress_alone(cells) if dimension in OPEN_DIMENSIONS else _suppressed(cells, profiles)
        shown += [(scope_id, dimension, *row) for row in _shown_rows(finished)]
        here = strata.filter((pl.col("group_dimension") == dimension) & (pl.col("scope_id") == scope_id))
        odds += [(scope_id, dimension, *row) for row in odds_of(here, dimension, cells, finished)]
    return {
        SHOWN: pl.DataFrame(shown, schema=SHOWN_SCHEMA, orient="row"),
        ODDS: pl.DataFrame(odds, schema=ODDS_SCHEMA, orient="row"),
    }


def _suppressed(cells: Sequence[Cell], persons: Mapping[Profile, int] | None) -> list[ShownCell]:
    """Return what may be shown of each cell; nothing where the rows of persons contradict the counts.

    Then nobody can tell what the rows would give away, and the employer's other pages must not wait for it.
    """
    try:
        return suppress(cells, persons)
    except NoWorldError:
        logger.exception("The groups of a scope are withheld altogether")
        return [ShownCell(cell.period, cell.stage, cell.group, "hidden") for cell in cells]


def cells_of(cube: pl.DataFrame) -> dict[tuple[str, str], list[Cell]]:
    """Return the cells of a cube by scope and dimension, in the order of their keys."""
    keys = ("period_label", "stage", "group_value")
    columns = (*keys, "unit_count", "advanced_count", "status_alone")
    edges = [pl.col(name).cast(pl.Float64) for name in ("band_low_rate", "band_high_rate")]
    held: dict[tuple[str, str], list[Cell]] = {}
    for row in (
        cube.sort("scope_id", "group_dimension", *keys, nulls_last=True)
        .select("scope_id", "group_dimension", *columns, *edges)
        .iter_rows()
    ):
        held.setdefault(row[:2], []).append(Cell(*row[2:]))
    return held


def profiles_of(persons: pl.DataFrame) -> dict[Profile, int]:
    """Return how many persons have which rows."""
    rows: dict[str, tuple[int, list[tuple[str, str, int, int]]]] = {}
    columns = ("person", "person_count", "stage", "term_label", "unit_count", "advanced_count")
    for person, size, *row in persons.select(columns).iter_rows():
        rows.setdefault(person, (size, []))[1].append((row[0], row[1], row[2], row[3]))
    found: dict[Profile, int] = {}
    for size, profile in rows.values():
        found[tuple(profile)] = found.get(tuple(profile), 0) + size
    return found


def may_show(advanced: int, units: int) -> bool:
    """Tell whether a share may be shown by itself: ten units or more, more than three advanced, more than three not."""
    return units >= MINIMUM_UNITS and BAND_REACH < advanced < units - BAND_REACH


def odds_of(
    strata: pl.DataFrame, dimension: str, cells: Sequence[Cell], finished: Sequence[ShownCell]
) -> list[tuple[Any, ...]]:
    """Return group, leading group, odds of all projects together and within each, for the groups that allow it.

    Only where every known group that applied is shown in full: who leads is then no news, and nothing that is withheld
    is among the counts that the odds are made of.
    """
    applied = [(cell.group, shown) for cell, shown in zip(cells, finished, strict=True) if _is_whole_selection(cell)]
    full = {
        group: Group(group, int(each.advanced or 0), int(each.units or 0))
        for group, each in applied
        if group is not None and each.status == "shown"
    }
    if dimension not in OPEN_DIMENSIONS and len(full) < sum(group is not None for group, _ in applied):
        return []
    found = []
    for row in strata.sort("group_value").iter_rows(named=True):
        pair = full.get(row["group_value"]), full.get(row["leading_value"])
        if pair[0] and pair[1] and _is_large(row):
            pooled = mantel_haenszel(sum_strata([[_table_row(pair[0]), _table_row(pair[1])]]))
            within = mantel_haenszel(StrataSums(*(row[each.name] for each in fields(StrataSums))))
            figures = (*_odds(pooled), *_odds(within), within.p_value_corrected)
            if None not in figures[1::3]:
                found.append((pair[0].name, pair[1].name, *(_rounded(figure) for figure in figures)))
    return found


def _is_whole_selection(cell: Cell) -> bool:
    return cell.period == ALL_TIME and cell.stage == "selected"


def _is_large(row: dict[str, Any]) -> bool:
    """Tell whether the sums over projects rest on enough to be shown: the rule of the cells, and several projects."""
    enough = row["leading_unit_count"] >= MINIMUM_UNITS and row["project_count"] >= LEAST_PROJECTS
    return enough and may_show(row["observed"], row["unit_count"])


def _table_row(group: Group) -> list[int]:
    return [group.advanced, group.units - group.advanced]


def _odds(found: Stratified) -> tuple[float | None, float | None, float | None]:
    interval = found.interval
    return found.odds_ratio, interval.low if interval else None, interval.high if interval else None


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, ODDS_DECIMALS)


def _shown_rows(cells: Sequence[ShownCell]) -> list[tuple[Any, ...]]:
    rows = [
        (each.period, each.stage, each.group, each.status, each.units, each.advanced, each.low_edge, each.high_edge)
        for each in cells
        if each.status != "hidden"
    ]
    return rows or [(ALL_TIME, "selected", None, "hidden", None, None, None, None)]
