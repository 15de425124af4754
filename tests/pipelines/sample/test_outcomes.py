"""The censoring scenario of the design: its truth is known in closed form."""

import math

import numpy as np
import polars as pl
import pytest

from pipelines.sample.outcomes import (
    ELSEWHERE,
    HOST,
    Scenario,
    draw_completions,
    draw_outcomes,
    draw_pairs,
    gamma2_quantile,
    true_incidence,
)
from pipelines.sample.streams import stream


def test_the_truth_at_twelve_months_is_8_01_percent() -> None:
    # 0.10 x Gamma(2) CDF at 12/4: 1 - 4 e^-3 = 0.80085, by hand.
    assert float(true_incidence(365.25)) == pytest.approx(0.10 * (1 - 4 * math.exp(-3)))
    assert round(float(true_incidence(365.25)), 4) == 0.0801


def test_uncensored_draws_follow_the_closed_form() -> None:
    levels = stream(5, "closed form").random((2, 400_000))
    event, days = draw_outcomes(0.10, levels[0], levels[1], Scenario())
    for month in (3, 6, 12, 24):
        drawn = ((event == HOST) & (days <= month * 365.25 / 12)).mean()
        assert drawn == pytest.approx(float(true_incidence(month * 365.25 / 12)), abs=0.0015)
    assert (event == ELSEWHERE).mean() == pytest.approx(0.45, abs=0.003)


def test_naive_hires_over_completers_come_out_near_6_11_percent() -> None:
    # METRICS: 6.11 % over 500 draws of 7,130 completers.
    pairs = draw_pairs(500_000, stream(6, "naive"))
    assert (pairs["event_code"] == HOST).mean() == pytest.approx(0.0611, abs=0.0012)


def test_completions_grow_by_six_percent_a_month() -> None:
    scenario = Scenario()
    day = draw_completions((np.arange(100_000) + 0.5) / 100_000, scenario)
    first, second = ((day < 365.25).sum(), ((day >= 365.25) & (day < 730.5)).sum())
    assert second / first == pytest.approx(1.06**12, rel=0.001)
    assert 0 <= day.min() < day.max() <= scenario.as_of_days


def test_no_pair_leaves_before_it_enters_and_none_is_seen_after_as_of() -> None:
    pairs = draw_pairs(20_000, stream(7, "bounds"))
    assert (pairs["exit_days"] > pairs["entry_days"]).all()
    followed = pairs.filter(pl.col("event_code") == 0)
    assert ((followed["exit_days"] + followed["completed_day"]) <= Scenario().as_of_days + 2).all()


def test_gamma_quantiles_invert_the_distribution() -> None:
    assert gamma2_quantile(np.array([1 - 4 * math.exp(-3)]))[0] == pytest.approx(3.0, abs=1e-4)


def test_the_same_stream_draws_the_same_pairs() -> None:
    assert draw_pairs(100, stream(1, "x")).equals(draw_pairs(100, stream(1, "x")))
