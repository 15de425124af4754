"""Wilson's values are those of METRICS.md, "Intervals"; the oracle for random counts is statsmodels."""

import numpy as np
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from dashboards.intervals import clustered_wilson, design_effect, newcombe, wilson


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(1, 10, 1.8, 40.4), (2, 20, 2.8, 30.1), (10, 100, 5.5, 17.4), (0, 10, 0.0, 27.8), (55, 113, 39.6, 57.8)],
)
def test_wilson_gives_the_published_values(successes: int, trials: int, low: float, high: float) -> None:
    interval = wilson(successes, trials)
    assert interval is not None
    assert (interval.low * 100, interval.high * 100) == pytest.approx((low, high), abs=0.06)


def test_wilson_is_that_of_statsmodels() -> None:
    draws = np.random.default_rng(1)
    trials = draws.integers(1, 5_000, size=200)
    for n, k in zip(trials.tolist(), draws.integers(0, trials + 1).tolist(), strict=True):
        interval = wilson(k, n)
        assert interval is not None
        assert (interval.low, interval.high) == pytest.approx(proportion_confint(k, n, method="wilson"), abs=1e-9)


def test_newcombe_is_that_of_statsmodels() -> None:
    draws = np.random.default_rng(2)
    trials = draws.integers(1, 500, size=(200, 2))
    for (n, m), (k, j) in zip(trials.tolist(), draws.integers(0, trials + 1).tolist(), strict=True):
        interval = newcombe(k, n, j, m)
        expected = confint_proportions_2indep(k, n, j, m, compare="diff", method="newcomb")
        assert interval is not None
        assert (interval.low, interval.high) == pytest.approx(expected, abs=1e-9)


def test_no_trials_have_no_interval() -> None:
    assert wilson(0, 0) is None
    assert clustered_wilson([0, 0], [0, 0]) is None


def test_a_difference_of_rates_has_newcombe_s_interval() -> None:
    """56/70 less 48/80 is 0.20, 0.0524 to 0.3339: Newcombe (1998), Statistics in Medicine 17, table II, method 10."""
    interval = newcombe(56, 70, 48, 80)
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert newcombe(1, 2, 0, 0) is None


def test_nine_clusters_are_too_few_for_a_design_effect() -> None:
    assert design_effect([1] * 9, [2] * 9) is None
    interval = clustered_wilson([1] * 9, [2] * 9)
    assert interval is not None
    assert interval == wilson(9, 18)


def test_clusters_that_are_all_or_nothing_count_as_one_unit_each() -> None:
    hits, sizes = [10, 0] * 10, [10] * 20
    effect = design_effect(hits, sizes)
    assert effect == pytest.approx(10 * 20 / 19)
    interval, apart = clustered_wilson(hits, sizes), wilson(100, 200)
    assert interval is not None
    assert apart is not None
    assert interval.high - interval.low > 2.5 * (apart.high - apart.low)


def test_units_that_are_alike_across_clusters_are_not_made_narrower() -> None:
    assert design_effect([5] * 20, [10] * 20) == 1.0


def test_empty_clusters_do_not_count_as_clusters() -> None:
    assert design_effect([1] * 9 + [0] * 5, [2] * 9 + [0] * 5) is None


def test_a_rate_of_zero_has_no_design_effect() -> None:
    assert design_effect([0] * 12, [5] * 12) == 1.0


def test_the_interval_covers_the_truth_for_clustered_draws() -> None:
    draws = np.random.default_rng(3)
    covered = 0
    for _ in range(400):
        rates = draws.beta(3, 7, size=40)
        hits = draws.binomial(20, rates)
        interval = clustered_wilson(hits.tolist(), [20] * 40)
        assert interval is not None
        covered += interval.low <= 0.3 <= interval.high
    assert 0.91 <= covered / 400 <= 0.985
