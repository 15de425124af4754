"""The curve, against arithmetic written here: exact fractions, the textbook's double loop, and the planted truth."""

from math import exp, log, sqrt

import duckdb
import numpy as np
import polars as pl
import pytest

from pipelines.sample.outcomes import Scenario, draw_pairs, true_incidence
from pipelines.sample.scenario import YEAR, at_day, curve_of, drawn_pairs
from tests.dbt_project.curves import Curve, Unit, covering, exact_curve, frame, random_units

TIES_AND_LATE_ENTRY: list[Unit] = [
    (0, 3, 1),
    (0, 3, 2),
    (0, 3, 0),
    (0, 5, 1),
    (2, 5, 1),
    (3, 7, 2),
    (3, 9, 0),
    (5, 9, 1),
    (0, 9, 2),
    (4, 12, 0),
    (0, 15, 1),
    (0, 20, 0),
]
SEEDS = 400
PAIRS = 2000


@pytest.mark.parametrize("pairs", [TIES_AND_LATE_ENTRY, *map(random_units, range(5))], ids=range(6))
def test_the_curve_is_the_textbook_s_with_ties_and_late_entry(curve: Curve, pairs: list[Unit]) -> None:
    got = curve(frame(pairs))
    expected = exact_curve(pairs, competing=True)
    assert got["day"].to_list() == sorted(expected)
    for row in got.iter_rows(named=True):
        step = expected[row["day"]]
        assert row["host_incidence"] == pytest.approx(float(step.host), abs=1e-12)
        assert row["elsewhere_incidence"] == pytest.approx(float(step.elsewhere), abs=1e-12)
        assert row["survival"] == pytest.approx(float(step.survival), abs=1e-12)
        assert row["host_variance"] == pytest.approx(float(step.variance), abs=1e-12)


def test_incidences_sum_to_one_minus_kaplan_meier(curve: Curve) -> None:
    rng = np.random.default_rng(11)
    got = curve(draw_pairs(5000, rng).select("entry_days", "exit_days", "event_code"))
    total = got["host_incidence"] + got["elsewhere_incidence"] + got["survival"]
    assert float((total - 1).abs().max()) < 1e-12


def test_the_band_is_on_the_log_log_scale(curve: Curve) -> None:
    last = curve(frame(TIES_AND_LATE_ENTRY)).row(2, named=True)
    incidence, variance = last["host_incidence"], last["host_variance"]
    width = 1.959964 * sqrt(variance) / (incidence * log(incidence))
    assert last["host_lower"] == pytest.approx(incidence ** exp(-width), rel=1e-6)
    assert last["host_upper"] == pytest.approx(incidence ** exp(width), rel=1e-6)
    assert 0 < last["host_lower"] < incidence < last["host_upper"] < 1


def test_a_pair_that_enters_on_the_day_of_an_event_is_not_yet_at_risk(curve: Curve) -> None:
    got = curve(frame([(0, 5, 1), (0, 9, 0), (5, 9, 0)]))
    assert got.row(0, named=True)["at_risk_count"] == 2
    assert got.row(1, named=True)["at_risk_count"] == 2


def test_an_event_precedes_a_censoring_on_the_same_day(curve: Curve) -> None:
    got = curve(frame([(0, 5, 1), (0, 5, 0)]))
    assert got["host_incidence"].to_list() == [0.5]


def test_survival_ends_at_zero_without_an_error(curve: Curve) -> None:
    got = curve(frame([(0, 5, 1), (0, 8, 2), (10, 20, 1)]))
    assert got["survival"].to_list() == [0.5, 0.0, 0.0]
    assert got["host_incidence"].to_list() == [0.5, 0.5, 0.5]


def test_the_band_is_unknown_while_nothing_has_happened(curve: Curve) -> None:
    got = curve(frame([(0, 5, 2), (0, 9, 1), (0, 12, 0)]))
    assert got["host_lower"].to_list()[0] is None
    assert got["host_lower"].to_list()[1] is not None


def test_hired_elsewhere_leaves_the_risk_set(curve: Curve) -> None:
    got = curve(frame([(0, 10, 2)] * 5 + [(0, 20, 1)] * 5))
    assert got["at_risk_count"].to_list() == [10, 5]
    assert got["host_incidence"].to_list()[-1] == pytest.approx(0.5)


def test_a_pair_that_left_before_it_was_watched_is_left_out(curve: Curve) -> None:
    got = curve(frame([(10, 5, 1), (0, 8, 1), (0, 9, 0)]))
    assert got["day"].to_list() == [8, 9]


def test_curves_of_several_groups_do_not_mix(curve: Curve) -> None:
    alone = [curve(frame(pairs)) for pairs in (TIES_AND_LATE_ENTRY, random_units(7))]
    both = curve(
        pl.concat(
            [frame(TIES_AND_LATE_ENTRY).with_columns(group_key=1), frame(random_units(7)).with_columns(group_key=2)]
        )
    )
    for key, single in zip(("1", "2"), alone, strict=True):
        ours = both.filter(pl.col("group_key").cast(pl.String) == key)
        assert ours.drop("group_key").equals(single.drop("group_key"))


def test_the_example_runs_the_published_curve(curve: Curve) -> None:
    units = pl.concat([frame(random_units(seed)).with_columns(group_key=pl.lit(seed)) for seed in range(3)])
    with duckdb.connect() as connection:
        assert curve_of(connection, "cumulative_incidence", units).equals(curve(units))


def test_the_band_covers_the_planted_hire_through_in_nearly_95_of_100_tables(curve: Curve) -> None:
    tables = drawn_pairs(SEEDS, PAIRS, 7, Scenario()).select("entry_days", "exit_days", "event_code", "group_key")
    curves = curve(tables)
    for day in (180, 365, 730):
        read = at_day(curves, day)
        truth = float(true_incidence(float(day)))
        assert read.height == SEEDS
        assert 0.92 <= covering(read, "host_lower", "host_upper", truth) <= 0.98, day
        assert read["host_incidence"].mean() == pytest.approx(truth, abs=0.001), day


def test_the_band_covers_the_planted_hire_through_where_feeds_begin_late(curve: Curve) -> None:
    """Of half of the pairs nothing is seen in the first days after completing, hires in those days included."""
    rng = np.random.default_rng(12)
    pairs = drawn_pairs(SEEDS, PAIRS, 12, Scenario())
    entries = rng.integers(1, 300, pairs.height) * rng.integers(0, 2, pairs.height)
    read = at_day(curve(pairs.select("exit_days", "event_code", "group_key", entry_days=pl.lit(entries))), YEAR)
    truth = float(true_incidence(float(YEAR)))
    assert 0.92 <= covering(read, "host_lower", "host_upper", truth) <= 0.98
    assert read["host_incidence"].mean() == pytest.approx(truth, abs=0.001)
