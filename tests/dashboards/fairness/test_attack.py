"""Whoever reads the finished tables, and all rows, bounds no withheld count closer than three persons."""

from collections.abc import Callable

import polars as pl
import pytest

from dashboards.database import Generation, Query, run
from dashboards.fairness import finished as finished_module
from dashboards.fairness.finished import OPEN_DIMENSIONS, SHOWN, cells_of, finished_tables
from dashboards.fairness.suppression import suppress, suppress_alone
from dashboards.slices.fairness_tables import PERSONS, make, raw_text
from tests.dashboards.fairness.attacker import PERSONS as NARROWEST
from tests.dashboards.fairness.attacker import Bound, Reader, Unit
from tests.dashboards.fairness.cubes import cube_frame, strata_frame
from tests.dashboards.fairness.marketplaces import HOSTS, Marketplace, marketplace

GROUPS = {1: ("yes", "no"), 2: ("a", "b", "c"), 3: ("a", "b", "c", "d")}
"""Seed of a marketplace -> its groups, besides those of whom it is unknown."""

SCOPES = (*HOSTS, "platform")


def persons_of(units: list[Unit]) -> pl.DataFrame:
    """Return the rows of each person, as the statement of the finished tables does."""
    counted: dict[tuple[str, str, str], list[int]] = {}
    for person, stage, term, advanced in units:
        held = counted.setdefault((person, stage, term), [0, 0])
        held[0] += 1
        held[1] += advanced
    columns = ("person", "stage", "term_label", "unit_count", "advanced_count")
    rows = [(*key, *counts) for key, counts in sorted(counted.items())]
    return pl.DataFrame(rows, schema=columns, orient="row").with_columns(person_count=1)


def attack(made: Marketplace, scope: str) -> list[Bound]:
    """Bound what the finished tables of a scope withhold."""
    cells = made.cells(scope)
    cube = cube_frame(cells, "pell")
    shown = finished_tables(cube, strata_frame([], "pell"), persons_of(made.of(scope)))[SHOWN]
    return Reader(made.of(scope), shown, sorted({cell.group for cell in cells}, key=str)).bounds(cells)


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("seed", GROUPS)
def test_no_withheld_count_is_bounded_closer_than_three_persons(
    seed: int, scope: str, record_property: Callable[[str, object], None]
) -> None:
    found = attack(marketplace(seed, 150, GROUPS[seed]), scope)
    record_property("bounded", len(found))
    record_property(
        "narrowest", min((each.most - each.least for each in found if each.wanted == NARROWEST), default=None)
    )
    assert found
    assert not [each for each in found if each.is_narrow]


@pytest.mark.parametrize("seed", GROUPS)
def test_without_complementary_suppression_the_attack_finds_counts(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The positive control: what each cell may show by itself tells others to the last person."""
    monkeypatch.setattr(finished_module, "suppress", lambda cells, _: suppress_alone(cells))
    made = marketplace(seed, 150, GROUPS[seed])
    assert any(each.is_narrow and each.least == each.most for each in attack(made, "middle"))


def test_rows_of_persons_tell_more_than_totals(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second positive control: a suppression that looks at sums alone is undone by whoever follows persons."""
    monkeypatch.setattr(finished_module, "suppress", lambda cells, _: suppress(cells))
    made = marketplace(1, 150, GROUPS[1])
    assert any(each.is_narrow for scope in SCOPES for each in attack(made, scope))


def test_rows_that_contradict_the_counts_withhold_the_dimension(caplog: pytest.LogCaptureFixture) -> None:
    """Nobody can tell what such rows give away, and the employer's other pages must open all the same."""
    made = marketplace(1, 150, GROUPS[1])
    cube, persons = cube_frame(made.cells("platform"), "pell"), persons_of(made.of("platform"))
    whole = finished_tables(cube, strata_frame([], "pell"), persons)[SHOWN]
    fewer = finished_tables(cube, strata_frame([], "pell"), persons.head(20))[SHOWN]
    assert whole.filter(pl.col("status") == "shown").height
    assert fewer["status"].to_list() == ["hidden"]
    assert "withheld altogether" in caplog.text


def test_the_finished_tables_of_a_run_withstand_the_attack(generation: Generation) -> None:
    """The same on a real run: a host of the tiny sample, whose rows come from the marts."""
    host = str(run(generation, Query(LARGEST))["scope_id"][0])
    shown = make(generation, host)[SHOWN]
    persons = run(generation, Query.of(PERSONS.format(of_host="host_id = $cube_scope"), {"cube_scope": host}))
    cells = cells_of(run(generation, Query.of(raw_text("agg_selection_cube"), {"cube_scope": host})))
    for (_, dimension), held in cells.items():
        if dimension not in OPEN_DIMENSIONS:
            here = shown.filter(pl.col("group_dimension") == dimension)
            found = Reader(units_of(persons), here, sorted({cell.group for cell in held}, key=str)).bounds(held)
            assert found
            assert not [each for each in found if each.is_narrow]


LARGEST = """
    select scope_id from analytics.marts.agg_selection_cube
    where scope_id <> 'platform' group by scope_id order by sum(unit_count) desc, scope_id limit 1
"""


def units_of(persons: pl.DataFrame) -> list[Unit]:
    """Return rows of persons alike as one row per unit."""
    return [
        (f"{row['person']} {number}", row["stage"], row["term_label"], int(unit < row["advanced_count"]))
        for row in persons.iter_rows(named=True)
        for number in range(row["person_count"])
        for unit in range(row["unit_count"])
    ]
