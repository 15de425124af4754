"""Both curves against independent implementations, on 200 random data sets each, to 1e-9.

scikit-survival knows ties (and, for Kaplan-Meier, late entry beside them). lifelines knows late entry, but jitters ties
of competing events and counts who enters on an event's day as at risk of it: its data have neither. For all three
together, exact rational arithmetic is written here. All data sets of a test are groups of one call of the macro.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any, cast

import numpy as np
import polars as pl
import pytest
from lifelines import AalenJohansenFitter, KaplanMeierFitter

from tests.dbt_project.curves import Curve, Unit, exact_curve, frame, random_units, unwatched_units

DATA_SETS = range(200)
CLOSE = 1e-9


@pytest.fixture(scope="module")
def sksurv() -> ModuleType:
    """Return scikit-survival's curves."""
    reason = "needs scikit-survival, which installs from wheels up to Python 3.12: make test PYTHON=python3.12"
    return cast(ModuleType, pytest.importorskip("sksurv.nonparametric", reason=reason))


def grouped(draw: Callable[[int], list[Unit]]) -> pl.DataFrame:
    """Return 200 data sets, one below the other, numbered by group_key."""
    return pl.concat(frame(draw(seed)).with_columns(group_key=pl.lit(seed)) for seed in DATA_SETS)


def by_group(rows: pl.DataFrame) -> dict[int, pl.DataFrame]:
    return {int(key[0]): part for key, part in rows.partition_by("group_key", as_dict=True).items()}


def assert_close(found: dict[str, list[Any]], rows: pl.DataFrame) -> None:
    """Fail unless each column of the curve is as found by the oracle, unknown where the oracle has no number."""
    for name, expected in found.items():
        oracle, ours = np.array(expected, dtype=float), rows[name].cast(pl.Float64).to_numpy()
        np.testing.assert_allclose(ours, oracle, atol=CLOSE, rtol=0, err_msg=name)


def tied_units(seed: int) -> list[Unit]:
    """Draw units that are watched from the start, with ties; the last is censored, so that no risk set is used up."""
    return [(0, exit_day - entry, event) for entry, exit_day, event in random_units(seed, 80)] + [(0, 16, 0)]


def late_units(seed: int) -> list[Unit]:
    """Draw units with late entry, without ties: all leave on even days and enter on odd ones; the last are censored."""
    rng = np.random.default_rng(seed)
    exits = 2 * (1 + rng.permutation(30))
    entries = np.where(rng.random(30) < 0.5, 0, 2 * rng.integers(0, exits // 2) + 1)
    events = np.where(exits > 50, 0, rng.integers(0, 3, 30))
    always = [(0, 62, 0), (0, 64, 0)]
    return [*zip(entries.tolist(), exits.tolist(), events.tolist(), strict=True), *always]


def test_aalen_johansen_and_its_band_are_scikit_survival_s_with_ties(curve: Curve, sksurv: ModuleType) -> None:
    units = grouped(tied_units)
    curves = by_group(curve(units))
    for group, rows in by_group(units).items():
        event, exits = rows["event_code"].to_numpy(), rows["exit_days"].to_numpy()
        days, incidences, bands = sksurv.cumulative_incidence_competing_risks(
            event, exits, conf_type="log-log", var_type="Dinse_Approx"
        )
        lower, upper = bands[1]
        drawn = curves[group]
        begun = incidences[1] > 0
        assert drawn["day"].to_list() == days.tolist()
        found = {
            "host_incidence": incidences[1],
            "elsewhere_incidence": incidences[2],
            "host_lower": np.where(begun, lower, np.nan),
            "host_upper": np.where(begun, upper, np.nan),
        }
        assert_close(found, drawn)


def test_kaplan_meier_and_its_band_are_scikit_survival_s_with_ties_and_late_entry(
    kaplan_meier: Curve, sksurv: ModuleType
) -> None:
    units = grouped(lambda seed: [*random_units(seed), (0, 30, 0)])
    curves = by_group(kaplan_meier(units))
    for group, rows in by_group(units).items():
        entries, exits = rows["entry_days"].to_numpy(), rows["exit_days"].to_numpy()
        event = rows["event_code"].to_numpy() == 1
        days, survival, (lower, upper) = sksurv.kaplan_meier_estimator(
            event, exits, time_enter=entries, conf_type="log-log"
        )
        left = np.isin(days, exits)
        between = (survival > 0) & (survival < 1)
        found = {
            "day": days,
            "survival": survival,
            "survival_lower": np.where(between, lower, np.nan),
            "survival_upper": np.where(between, upper, np.nan),
        }
        assert_close({name: values[left] for name, values in found.items()}, curves[group])


def test_aalen_johansen_is_lifelines_with_late_entry(curve: Curve) -> None:
    units = grouped(late_units)
    curves = by_group(curve(units))
    for group, rows in by_group(units).items():
        drawn = curves[group]
        days = drawn["day"].to_list()
        fitted = AalenJohansenFitter(calculate_variance=False)
        fitted.fit(rows["exit_days"], rows["event_code"], event_of_interest=1, entry=rows["entry_days"])
        assert_close({"host_incidence": fitted.cumulative_density_.loc[days].iloc[:, 0]}, drawn)


@pytest.mark.filterwarnings("ignore:(divide by zero|invalid value) encountered:RuntimeWarning")
def test_aalen_johansen_s_variance_is_lifelines_with_late_entry(curve: Curve) -> None:
    units = grouped(late_units).filter(pl.col("group_key") < 20)
    curves = by_group(curve(units))
    for group, rows in by_group(units).items():
        fitted = AalenJohansenFitter().fit(
            rows["exit_days"], rows["event_code"], event_of_interest=1, entry=rows["entry_days"]
        )
        drawn = curves[group]
        assert_close({"host_variance": fitted.variance_.loc[drawn["day"].to_list()]}, drawn)


def test_kaplan_meier_and_its_band_are_lifelines_with_late_entry(kaplan_meier: Curve) -> None:
    units = grouped(late_units)
    curves = by_group(kaplan_meier(units))
    for group, rows in by_group(units).items():
        drawn = curves[group]
        days = drawn["day"].to_list()
        fitted = KaplanMeierFitter().fit(rows["exit_days"], rows["event_code"] == 1, entry=rows["entry_days"])
        survival = fitted.survival_function_.loc[days].iloc[:, 0].to_numpy()
        band = fitted.confidence_interval_.loc[days].to_numpy()
        found = {
            "survival": survival,
            "survival_lower": np.where(survival < 1, band[:, 0], np.nan),
            "survival_upper": np.where(survival < 1, band[:, 1], np.nan),
        }
        assert_close(found, drawn)


def test_both_curves_are_exact_with_ties_and_late_entry_and_competing_events(curve: Curve, kaplan_meier: Curve) -> None:
    units = grouped(lambda seed: [*random_units(seed), *unwatched_units(seed)])
    incidences, survivals = by_group(curve(units)), by_group(kaplan_meier(units))
    for group, rows in by_group(units).items():
        days, steps = zip(*exact_curve(rows.drop("group_key").rows(), competing=True).items(), strict=True)
        found = {
            "day": days,
            "at_risk_count": [step.at_risk for step in steps],
            "host_incidence": [step.host for step in steps],
            "elsewhere_incidence": [step.elsewhere for step in steps],
            "survival": [step.survival for step in steps],
            "host_variance": [step.variance for step in steps],
        }
        assert_close(found, incidences[group])
        alone = exact_curve(rows.drop("group_key").rows(), competing=False).values()
        found = {"survival": [step.survival for step in alone], "variance": [step.greenwood for step in alone]}
        assert_close(found, survivals[group])


def test_the_incidences_of_all_events_sum_to_one_minus_kaplan_meier_of_any_event(
    curve: Curve, kaplan_meier: Curve
) -> None:
    units = grouped(lambda seed: [*random_units(seed), *unwatched_units(seed)])
    any_event = pl.when(pl.col("event_code") > 0).then(1).otherwise(0).alias("event_code")
    both = curve(units).join(kaplan_meier(units.with_columns(any_event)), on=["group_key", "day"], suffix="_of_any")
    assert both.height == curve(units).height
    gap = pl.col("host_incidence") + pl.col("elsewhere_incidence") - (1 - pl.col("survival_of_any"))
    assert float(both.select(gap.abs().max()).item()) < CLOSE
