"""Suppression against readers who subtract: METRICS.md, "Suppression" and golden i)."""

from random import Random

import numpy as np
import pytest

from dashboards.fairness.groups import MINIMUM_UNITS
from dashboards.fairness.suppression import (
    ALL_TIME,
    Cell,
    ShownCell,
    band_of,
    is_small,
    sums_of,
    suppress,
)
from tests.dashboards.fairness.cubes import cube

CUBES = 300


def at_once(*counts: tuple[str | None, int, int], stage: str = "selected") -> list[Cell]:
    """Return groups of one stage, over all time."""
    return [Cell(ALL_TIME, stage, group, units, advanced) for group, units, advanced in counts]


def statuses(cells: list[Cell]) -> dict[str | None, str]:
    return {cell.group: cell.status for cell in suppress(cells)}


def test_ten_units_are_shown_and_nine_are_not() -> None:
    cells = at_once(("ten", 10, 5), ("nine", 9, 5), ("eight", 8, 4), ("many", 90, 40))
    assert statuses(cells) == {"ten": "shown", "nine": "hidden", "eight": "hidden", "many": "shown"}


def test_nothing_of_a_hidden_cell_is_left_in_it() -> None:
    hidden = [cell for cell in suppress(at_once(("small", 9, 4), ("other", 4, 1))) if cell.group == "small"]
    assert hidden == [ShownCell(ALL_TIME, "selected", "small", "hidden")]


@pytest.mark.parametrize(
    ("units", "advanced", "band"),
    [
        (60, 2, (0.0, 0.05)),
        (59, 2, (0.0, 0.1)),
        (30, 0, (0.0, 0.1)),
        (15, 1, (0.0, 0.2)),
        (10, 2, (0.0, 0.3)),
        (60, 58, (0.95, 1.0)),
        (10, 8, (0.7, 1.0)),
        (60, 3, None),
        (60, 57, None),
    ],
)
def test_the_edges_of_the_bands(units: int, advanced: int, band: tuple[float, float] | None) -> None:
    assert band_of(Cell(ALL_TIME, "hired", "group", units, advanced)) == (pytest.approx(band) if band else None)


def test_a_band_says_no_more_than_the_rule_that_made_it() -> None:
    for units in range(10, 200):
        low = [band_of(Cell(ALL_TIME, "hired", "group", units, advanced)) for advanced in range(3)]
        assert len(set(low)) == 1
        assert low[0] is not None
        assert 2 / units < low[0][1]


def test_one_hidden_cell_takes_the_unknown_with_it_before_any_group() -> None:
    cells = at_once(("small", 9, 4), ("large", 80, 40), ("larger", 90, 45), (None, 70, 30))
    assert statuses(cells) == {"small": "hidden", "large": "shown", "larger": "shown", None: "hidden"}


def test_one_hidden_cell_takes_the_next_smallest_with_it() -> None:
    cells = at_once(("small", 9, 4), ("large", 80, 40), ("larger", 90, 45))
    assert statuses(cells) == {"small": "hidden", "large": "hidden", "larger": "shown"}


def test_two_hidden_cells_that_are_small_together_take_a_third() -> None:
    cells = at_once(("one", 4, 2), ("two", 5, 2), ("large", 80, 40), ("larger", 90, 45))
    assert statuses(cells)["large"] == "hidden"


def test_one_band_withholds_how_many_advanced_of_another_group() -> None:
    cells = suppress(at_once(("few", 40, 1), ("some", 50, 20), ("more", 90, 45)))
    assert [(cell.status, cell.units, cell.advanced) for cell in cells] == [
        ("band", 40, None),
        ("counted", 50, None),
        ("shown", 90, 45),
    ]


def test_bands_that_a_total_of_none_would_narrow_take_a_third_group() -> None:
    cells = at_once(("none", 40, 0), ("nobody", 50, 0), ("some", 60, 20), ("more", 90, 45))
    assert statuses(cells) == {"none": "band", "nobody": "band", "some": "counted", "more": "shown"}


def test_a_term_is_not_had_back_from_all_time() -> None:
    terms = [("Fall 2020", 4, 2), ("Fall 2021", 40, 20), ("Fall 2022", 50, 25)]
    cells = [Cell(term, "selected", group, units, advanced) for group in ("a", "b") for term, units, advanced in terms]
    cells += [Cell(ALL_TIME, "selected", group, 94, 47) for group in ("a", "b")]
    assert [cell.status for cell in suppress(cells)] == ["hidden", "hidden", "shown"] * 2 + ["shown"] * 2


def told(cells: list[Cell], unknown: set[int]) -> set[int]:
    """Return the unknown cells that a reader works out by taking known parts from known totals, again and again.

    A reader knows the total of every period and stage of which anything is shown.
    """
    left = set(unknown)
    sums = [each for each in sums_of(cells) if each.total is not None or not unknown.issuperset(each.parts)]
    while single := [rest for each in sums if len(rest := left.intersection(each.cells)) == 1]:
        left -= set.union(*single)
    return unknown - left


def solved(cells: list[Cell], unknown: set[int]) -> set[int]:
    """Return the unknown cells that all sums taken together fix: those of which no null vector moves the value."""
    sums = [each for each in sums_of(cells) if each.total is not None or not unknown.issuperset(each.parts)]
    places = sorted(unknown)
    matrix = np.array(
        [[(place in each.parts) - (place == each.total) for place in places] for each in sums], dtype=float
    ).reshape(len(sums), len(places))
    _, sizes, directions = np.linalg.svd(matrix)
    free = directions[int((sizes > 1e-9).sum()) :]
    return {place for number, place in enumerate(places) if not np.abs(free[:, number]).max(initial=0.0) > 1e-9}


def unseen(cells: list[Cell], *kinds: str) -> set[int]:
    return {place for place, cell in enumerate(suppress(cells)) if cell.status in kinds}


def test_no_reader_works_out_a_hidden_number_of_units() -> None:
    for seed in range(CUBES):
        cells = cube(Random(seed))
        hidden = unseen(cells, "hidden")
        assert {place for place, cell in enumerate(cells) if is_small(cell)} <= hidden
        assert not told(cells, hidden)
        assert not solved(cells, hidden)


def test_no_reader_works_out_how_many_of_a_band_advanced() -> None:
    for seed in range(CUBES):
        cells = cube(Random(seed))
        inexact = unseen(cells, "hidden", "band", "counted")
        assert not told(cells, inexact)
        assert not solved(cells, inexact)


def test_without_the_second_step_readers_do_work_them_out() -> None:
    """The positive control: the primary rule alone is undone in most cubes, by subtraction."""
    undone = 0
    for seed in range(CUBES):
        cells = cube(Random(seed))
        undone += bool(told(cells, {place for place, cell in enumerate(cells) if is_small(cell)}))
    assert undone > CUBES / 2


def test_what_is_hidden_of_a_period_and_stage_is_no_small_rest() -> None:
    for seed in range(CUBES):
        cells = cube(Random(seed))
        hidden = unseen(cells, "hidden")
        for each in sums_of(cells):
            rest = hidden.intersection(each.parts)
            if each.total is None and rest and rest != set(each.parts):
                assert sum(cells[place].units for place in rest) >= MINIMUM_UNITS


def test_what_is_shown_is_what_was_counted() -> None:
    for seed in range(CUBES):
        cells = cube(Random(seed))
        for cell, shown in zip(cells, suppress(cells), strict=True):
            assert (cell.period, cell.stage, cell.group) == (shown.period, shown.stage, shown.group)
            assert shown.units == (None if shown.status == "hidden" else cell.units)
            assert shown.advanced == (cell.advanced if shown.status == "shown" else None)


def test_nothing_is_withheld_where_every_cell_may_be_shown() -> None:
    cells = at_once(("a", 10, 3), ("b", 40, 20), (None, 10, 7))
    assert set(statuses(cells).values()) == {"shown"}
    assert suppress([]) == []
