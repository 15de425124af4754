"""Suppression against readers who subtract: METRICS.md, "Suppression" and golden i)."""

import re
from pathlib import Path
from random import Random

from dashboards.fairness.finished import may_show
from dashboards.fairness.groups import MINIMUM_UNITS
from dashboards.fairness.suppression import Cell, ShownCell, suppress, suppress_alone
from dashboards.fairness.tables import ALL_TIME, BAND_REACH
from tests.dashboards.fairness.cubes import counted_cell, cube

CUBES = 100


def at_once(*counts: tuple[str | None, int, int], stage: str = "selected") -> list[Cell]:
    """Return groups of one stage, over all time."""
    return [counted_cell(ALL_TIME, stage, group, units, advanced) for group, units, advanced in counts]


def statuses(cells: list[Cell]) -> dict[str | None, str]:
    return {cell.group: cell.status for cell in suppress(cells)}


def test_ten_units_are_shown_and_nine_are_not() -> None:
    cells = at_once(("ten", 10, 5), ("nine", 9, 5), ("eight", 8, 4), ("many", 90, 40))
    assert statuses(cells) == {"ten": "shown", "nine": "hidden", "eight": "hidden", "many": "shown"}


def test_nothing_of_a_hidden_cell_is_left_in_it() -> None:
    hidden = [cell for cell in suppress(at_once(("small", 9, 4), ("other", 4, 1))) if cell.group == "small"]
    assert hidden == [ShownCell(ALL_TIME, "selected", "small", "hidden")]


def test_a_group_that_is_everybody_is_hidden_for_it_tells_of_each_of_them() -> None:
    assert statuses(at_once(("all", 40, 20))) == {"all": "hidden"}


def test_the_numbers_of_the_rule_are_those_of_the_mart() -> None:
    """SQL decides on each cell with them, Python on what more is withheld."""
    project = (Path(__file__).resolve().parents[3] / "dbt_project" / "dbt_project.yml").read_text()
    held = dict(re.findall(r"^    (smallest_leading_group|band_reach): (\d+)$", project, re.MULTILINE))
    assert held == {"smallest_leading_group": str(MINIMUM_UNITS), "band_reach": str(BAND_REACH)}
    seed = (Path(__file__).resolve().parents[3] / "dbt_project" / "seeds" / "suppression_bands.csv").read_text()
    assert seed.splitlines()[1].startswith(f"{MINIMUM_UNITS},")


def test_a_share_of_ten_may_be_shown_from_four_to_six() -> None:
    assert [advanced for advanced in range(11) if may_show(advanced, 10)] == [4, 5, 6]
    assert not any(may_show(advanced, 9) for advanced in range(10))


def test_the_cells_alone_may_show_what_the_mart_says() -> None:
    cells = at_once(("few", 60, 3), ("most", 61, 58), ("ten", 10, 7), ("small", 9, 4), ("many", 90, 40))
    shown = [(cell.status, cell.units, cell.advanced, cell.low_edge, cell.high_edge) for cell in suppress_alone(cells)]
    assert shown == [
        ("band", 60, None, 0.0, 0.1),
        ("band", 61, None, 0.95, 1.0),
        ("counted", 10, None, None, None),
        ("hidden", None, None, None, None),
        ("shown", 90, 40, None, None),
    ]


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


def test_three_bands_that_their_total_would_narrow_are_hidden() -> None:
    """Three, three and two of eight are two or three each for whoever knows the rule: a band is no shelter there."""
    cells = at_once(("one", 40, 3), ("two", 50, 3), ("three", 60, 2))
    assert list(statuses(cells).values()).count("hidden") >= 2


def test_bands_that_a_total_of_none_would_narrow_take_a_third_group() -> None:
    cells = at_once(("none", 40, 0), ("nobody", 50, 0), ("some", 60, 20), ("more", 90, 45))
    assert statuses(cells) == {"none": "band", "nobody": "band", "some": "counted", "more": "shown"}


def test_a_term_is_not_had_back_from_all_time() -> None:
    terms = [("Fall 2020", 4, 2), ("Fall 2021", 40, 20), ("Fall 2022", 50, 25)]
    cells = [
        counted_cell(term, "selected", group, units, advanced)
        for group in ("a", "b")
        for term, units, advanced in terms
    ]
    cells += [counted_cell(ALL_TIME, "selected", group, 94, 47) for group in ("a", "b")]
    assert [cell.status for cell in suppress(cells)] == ["hidden", "hidden", "shown"] * 2 + ["shown"] * 2


def test_offers_and_hires_of_the_same_completers_are_hidden_together() -> None:
    """The units of one stage are those of the other: what one hides, the other must not show."""
    counts = {
        "offered": {"a": (9, 4), "b": (80, 40), "c": (90, 45)},
        "hired": {"a": (9, 4), "b": (80, 9), "c": (90, 9)},
    }
    cells = [counted_cell(ALL_TIME, stage, group, *pair) for stage, by in counts.items() for group, pair in by.items()]
    assert [cell.status for cell in suppress(cells)] == ["hidden", "hidden", "shown"] * 2


def unseen(cells: list[Cell], *kinds: str) -> set[int]:
    return {place for place, cell in enumerate(suppress(cells)) if cell.status in kinds}


def test_what_is_hidden_of_a_period_and_stage_is_no_small_rest() -> None:
    for seed in range(CUBES):
        cells = cube(Random(seed))
        hidden = unseen(cells, "hidden")
        assert {place for place, cell in enumerate(cells) if cell.units < MINIMUM_UNITS} <= hidden
        for period, stage in {(cell.period, cell.stage) for cell in cells}:
            here = {place for place, cell in enumerate(cells) if (cell.period, cell.stage) == (period, stage)}
            if hidden & here and here - hidden:
                assert sum(cells[place].units for place in hidden & here) >= MINIMUM_UNITS


def test_what_is_shown_is_what_was_counted() -> None:
    for seed in range(CUBES):
        cells = cube(Random(seed))
        for cell, shown in zip(cells, suppress(cells), strict=True):
            assert (cell.period, cell.stage, cell.group) == (shown.period, shown.stage, shown.group)
            assert shown.units == (None if shown.status == "hidden" else cell.units)
            assert shown.advanced == (cell.advanced if shown.status == "shown" else None)


def test_nothing_is_withheld_where_every_cell_may_be_shown() -> None:
    cells = at_once(("a", 10, 4), ("b", 40, 20), (None, 10, 6))
    assert set(statuses(cells).values()) == {"shown"}
    assert suppress([]) == []
