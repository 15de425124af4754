"""Kaplan-Meier, against arithmetic written here: exact fractions, and what the formulas become without censoring."""

from math import exp, log, sqrt

import duckdb
import numpy as np
import polars as pl
import pytest

from pipelines.sample.outcomes import DAYS_PER_MONTH, gamma2_cdf, gamma2_quantile
from pipelines.sample.scenario import at_day, curve_of
from tests.dbt_project.curves import Curve, Unit, covering, exact_curve, frame, random_units

TIES_AND_LATE_ENTRY: list[Unit] = [
    (0, 3, 1),
    (0, 3, 0),
    (0, 5, 1),
    (2, 5, 1),
    (3, 7, 0),
    (3, 9, 1),
    (5, 9, 1),
    (0, 9, 0),
    (4, 12, 1),
    (0, 15, 0),
]


@pytest.mark.parametrize("units", [TIES_AND_LATE_ENTRY, *map(random_units, range(5))], ids=range(6))
def test_the_survival_is_the_textbook_s_with_ties_and_late_entry(kaplan_meier: Curve, units: list[Unit]) -> None:
    got = kaplan_meier(frame(units))
    expected = exact_curve(units, competing=False)
    assert got["day"].to_list() == sorted(expected)
    for row in got.iter_rows(named=True):
        step = expected[row["day"]]
        assert (row["at_risk_count"], row["event_count"]) == (step.at_risk, step.events)
        assert row["survival"] == pytest.approx(float(step.survival), abs=1e-12)
        assert row["variance"] == pytest.approx(float(step.greenwood), abs=1e-12)


def test_without_censoring_greenwood_is_the_binomial_variance(kaplan_meier: Curve) -> None:
    got = kaplan_meier(frame([(0, day, 1) for day in (1, 1, 2, 5, 8, 8, 8, 9)]))
    assert got["survival"].to_list() == pytest.approx([6 / 8, 5 / 8, 4 / 8, 1 / 8, 0])
    assert got["variance"].to_list() == pytest.approx([s * (1 - s) / 8 for s in (6 / 8, 5 / 8, 4 / 8, 1 / 8, 0)])


def test_the_band_is_on_the_log_log_scale(kaplan_meier: Curve) -> None:
    row = kaplan_meier(frame(TIES_AND_LATE_ENTRY)).row(2, named=True)
    survival = row["survival"]
    width = 1.959964 * sqrt(row["variance"]) / (survival * log(survival))
    assert row["survival_lower"] == pytest.approx(survival ** exp(-width), rel=1e-6)
    assert row["survival_upper"] == pytest.approx(survival ** exp(width), rel=1e-6)
    assert 0 < row["survival_lower"] < survival < row["survival_upper"] < 1


def test_the_band_is_unknown_before_the_first_event_and_after_the_last(kaplan_meier: Curve) -> None:
    got = kaplan_meier(frame([(0, 4, 0), (0, 5, 1), (0, 8, 1), (10, 20, 0)]))
    assert got["survival"].to_list() == [1.0, 0.5, 0.0, 0.0]
    assert got["variance"].to_list() == pytest.approx([0.0, 0.125, 0.0, 0.0])
    assert [low is None for low in got["survival_lower"]] == [True, False, True, True]
    assert [high is None for high in got["survival_upper"]] == [True, False, True, True]


def test_an_event_that_competes_is_censored(kaplan_meier: Curve) -> None:
    assert kaplan_meier(frame([(0, 5, 2), (0, 9, 1)])).equals(kaplan_meier(frame([(0, 5, 0), (0, 9, 1)])))


def test_survivals_of_several_groups_do_not_mix(kaplan_meier: Curve) -> None:
    units = [frame(TIES_AND_LATE_ENTRY), frame(random_units(7))]
    both = kaplan_meier(pl.concat([each.with_columns(group_key=pl.lit(n)) for n, each in enumerate(units)]))
    for group, each in enumerate(units):
        assert both.filter(pl.col("group_key") == group).drop("group_key").equals(kaplan_meier(each).drop("group_key"))


def test_the_published_macro_says_what_it_draws(built_empty: duckdb.DuckDBPyConnection) -> None:
    sql = "select comment from duckdb_functions() where schema_name = 'marts' and function_name = 'kaplan_meier'"
    assert "Kaplan-Meier" in str(built_empty.execute(sql).fetchall())


def test_the_example_runs_the_published_curve(kaplan_meier: Curve) -> None:
    units = pl.concat([frame(random_units(seed)).with_columns(group_key=pl.lit(seed)) for seed in range(3)])
    with duckdb.connect() as connection:
        assert curve_of(connection, "kaplan_meier", units).equals(kaplan_meier(units))


def planted_employments(tables: int, hires: int, seed: int) -> pl.DataFrame:
    """Draw employments that last Gamma(2, 18 months), seen from a day on and up to a day, half of them from the start.

    The last day is a whole one, so that the share still employed after day t is exactly 1 - CDF(t).
    """
    rng = np.random.default_rng(seed)
    size = tables * hires
    last_day = np.ceil(gamma2_quantile(rng.random(size)) * 18 * DAYS_PER_MONTH).astype(np.int64)
    seen_from = rng.integers(1, 400, size) * rng.integers(0, 2, size)
    seen_to = rng.integers(300, 1500, size)
    return pl.DataFrame(
        {
            "entry_days": seen_from,
            "exit_days": np.minimum(last_day, seen_to),
            "event_code": (last_day <= seen_to).astype(np.int64),
            "group_key": np.repeat(np.arange(tables), hires),
        }
    )


def test_the_band_covers_the_planted_retention_in_nearly_95_of_100_tables(kaplan_meier: Curve) -> None:
    curves = kaplan_meier(planted_employments(400, 500, seed=5))
    for day in (180, 365, 730):
        read = at_day(curves, day)
        truth = 1 - float(gamma2_cdf(day / (18 * DAYS_PER_MONTH)))
        assert read.height == 400
        assert 0.92 <= covering(read, "survival_lower", "survival_upper", truth) <= 0.98, day
        assert read["survival"].mean() == pytest.approx(truth, abs=0.003), day
