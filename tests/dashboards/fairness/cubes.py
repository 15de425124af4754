"""Cubes made at random: groups by stage and term, with the sums over terms, as agg_selection_cube has them."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from random import Random

import polars as pl

from dashboards.fairness.finished import finished_tables
from dashboards.fairness.stratified import StrataSums
from dashboards.fairness.suppression import Cell
from dashboards.fairness.tables import ALL_TIME, Status

STAGES = ("selected", "completed", "hired")


EDGES = {61: 0.05, 31: 0.1, 16: 0.2, 11: 0.3}
"""The fewest units of which three are less than the edge -> the edge. By hand: 3/61 < 5 %, 3/31 < 10 %, 3/16 < 20 %."""


def counted_cell(period: str, stage: str, group: str | None, units: int, advanced: int) -> Cell:
    """Return a cell as the mart has it: METRICS.md, "Suppression", written again; three are banded with the fewer."""
    edge = next((EDGES[least] for least in EDGES if units >= least), None)
    is_low, is_high = advanced <= 3, units - advanced <= 3
    alone: Status = "hidden" if units < 10 else "shown"
    if units < 10 or not (is_low or is_high):
        return Cell(period, stage, group, units, advanced, alone)
    if edge is None:
        return Cell(period, stage, group, units, advanced, "counted")
    return Cell(period, stage, group, units, advanced, "band", *((0.0, edge) if is_low else (1 - edge, 1.0)))


CUBE_SCHEMA = {
    "scope_id": pl.String,
    "group_dimension": pl.String,
    "period_label": pl.String,
    "stage": pl.String,
    "group_value": pl.String,
    "unit_count": pl.Int64,
    "advanced_count": pl.Int64,
    "status_alone": pl.String,
    "band_low_rate": pl.Float64,
    "band_high_rate": pl.Float64,
}
STRATA_SCHEMA = {
    "scope_id": pl.String,
    "group_dimension": pl.String,
    "group_value": pl.String,
    "leading_value": pl.String,
    "project_count": pl.Int64,
    "unit_count": pl.Int64,
    "leading_unit_count": pl.Int64,
} | dict.fromkeys((each.name for each in fields(StrataSums)), pl.Float64)


def cube_frame(cells: Sequence[Cell], dimension: str, scope: str = "host") -> pl.DataFrame:
    """Return cells as rows of agg_selection_cube, as far as the finished tables need them."""
    rows = [(scope, dimension, *vars(cell).values()) for cell in cells]
    return pl.DataFrame(rows, schema=CUBE_SCHEMA, orient="row")


def strata_frame(rows: Sequence[Mapping[str, object]], dimension: str, scope: str = "host") -> pl.DataFrame:
    """Return sums over projects as rows of agg_selection_strata."""
    keyed = [{"scope_id": scope, "group_dimension": dimension, **row} for row in rows]
    return pl.DataFrame(keyed, schema=STRATA_SCHEMA)


def finished(
    cells: Sequence[Cell], dimension: str, strata: Sequence[Mapping[str, object]] = ()
) -> dict[str, pl.DataFrame]:
    """Return the finished tables of a cube of one dimension."""
    return finished_tables(cube_frame(cells, dimension), strata_frame(strata, dimension))


SIZES = (3, 8, 15, 40, 200)


def cube(random: Random, groups: tuple[str | None, ...] | None = None, sizes: tuple[int, ...] = SIZES) -> list[Cell]:
    """Return the cells of one scope and dimension; sizes and rates are such that every rule has something to do."""
    terms = [f"Fall {2020 + number}" for number in range(random.randint(1, 4))]
    named = groups or tuple(f"group {number}" for number in range(random.randint(1, 5)))
    known = [*named, None] if random.random() < 0.7 and None not in named else list(named)
    cells = []
    for stage in STAGES:
        for group in known:
            size, rate = random.choice(sizes), random.choice((0.02, 0.1, 0.5, 0.95))
            counted = [counted_cell(term, stage, group, *_counts(random, size, rate)) for term in terms]
            held = [cell for cell in counted if cell.units]
            if held:
                units, advanced = sum(cell.units for cell in held), sum(cell.advanced for cell in held)
                cells += [*held, counted_cell(ALL_TIME, stage, group, units, advanced)]
    return cells


def _counts(random: Random, size: int, rate: float) -> tuple[int, int]:
    units = random.randint(0, size)
    return units, sum(random.random() < rate for _ in range(units))
