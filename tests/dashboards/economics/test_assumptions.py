"""What is assumed is declared once, with its source, and agrees with the published benchmarks."""

import csv
from pathlib import Path

import pytest

from dashboards.economics.assumptions import (
    ASSUMPTIONS,
    AssumptionRangeError,
    UnknownAssumptionError,
    assumptions,
    changed,
    chosen,
    fixed,
)

SEED = Path(__file__).resolve().parents[3] / "dbt_project" / "seeds" / "benchmarks.csv"
SHARES_THAT_LEAVE = ("attrition_micro", "attrition_comparison")


def test_every_assumption_names_its_source_and_unit() -> None:
    assert all(each.source and each.unit and each.label for each in ASSUMPTIONS.values())
    assert all(name == each.name for name, each in ASSUMPTIONS.items())


def test_an_assumption_from_a_benchmark_has_its_figure() -> None:
    with SEED.open() as lines:
        figures = {row["benchmark_id"]: float(row["figure"]) for row in csv.DictReader(lines)}
    for name, each in ASSUMPTIONS.items():
        if each.benchmark is not None:
            figure = figures[each.benchmark]
            assert each.default == pytest.approx(1 - figure if name in SHARES_THAT_LEAVE else figure), name


def test_a_chosen_value_replaces_the_default_and_widens_its_range() -> None:
    row = assumptions(benchmark_cost_per_hire=9000)["benchmark_cost_per_hire"]
    assert (row.low, row.default, row.high) == (1633, 9000, 9000)
    row = fixed(benchmark_cost_per_hire=2000)["benchmark_cost_per_hire"]
    assert (row.low, row.default, row.high) == (2000, 2000, 2000)


def test_a_wrong_name_or_range_says_what_was_expected() -> None:
    with pytest.raises(UnknownAssumptionError, match="turnover_cost_share"):
        assumptions(turnover=0.3)
    with pytest.raises(AssumptionRangeError, match="low <= value <= high"):
        type(ASSUMPTIONS["work_rate"])("x", "x", 1, 2, 3, "USD", "ours")


def test_what_a_reader_sets_is_changed_and_nothing_else_is() -> None:
    untouched = {name: (row.default, row.low, row.high) for name, row in ASSUMPTIONS.items()}
    assert chosen(untouched) == dict(ASSUMPTIONS)
    assert changed(chosen(untouched)) == ()
    found = chosen({**untouched, "work_rate": (40, 20, 26), "screening_hours": (1.5, 1, 4)})
    assert [row.name for row in changed(found)] == ["work_rate", "screening_hours"]
    # A value outside its range widens it; a narrower range is taken as it is.
    assert (found["work_rate"].low, found["work_rate"].high) == (20, 40)
    assert (found["screening_hours"].low, found["screening_hours"].high) == (1, 4)


def test_every_default_and_range_lies_within_what_makes_sense() -> None:
    for row in ASSUMPTIONS.values():
        assert row.least <= row.low
        assert row.most is None or row.high <= row.most
