"""Concordance against pairs counted one by one, scipy, lifelines, and the normal distribution's own value."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from lifelines.utils import concordance_index
from scipy.stats import mannwhitneyu, somersd

from dashboards.concordance import better_by, comparable_pairs, concordance, standard_error

SEEDS = range(200)


def sample(seed: int, units: int = 40) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a predictor, an outcome and marks of events, with plenty of ties."""
    draw = np.random.default_rng(seed)
    predictor = draw.integers(0, 6, units).astype(float)
    outcome = np.clip(predictor / 2 + draw.integers(0, 5, units), 0, 6).astype(float)
    return predictor, outcome, draw.integers(0, 2, units).astype(float)


def by_pairs(predictor: np.ndarray, outcome: np.ndarray, event: np.ndarray, strata: np.ndarray) -> Fraction | None:
    """Count c pair by pair, in exact arithmetic."""
    good, all_pairs = Fraction(0), 0
    for one, other in combinations(range(len(predictor)), 2):
        first, last = sorted((one, other), key=lambda unit: (outcome[unit], -event[unit]))
        is_later = outcome[first] < outcome[last] or event[first] > event[last]
        if strata[one] == strata[other] and event[first] and is_later:
            all_pairs += 1
            sign = np.sign(predictor[last] - predictor[first])
            good += Fraction(1 + int(sign), 2)
    return good / all_pairs if all_pairs else None


def test_four_units_by_hand() -> None:
    # Pairs: (1,1)-(2,2) agrees, (1,1)-(2,3) agrees, (2,2)-(2,3) ties in the predictor, each of these three against
    # (0,4) disagrees: 2.5 of 6.
    found = concordance([1, 2, 2, 0], [1, 2, 3, 4])
    assert found is not None
    assert found.comparable_pairs == 6
    assert found.c == pytest.approx(2.5 / 6)


@pytest.mark.parametrize("seed", SEEDS)
def test_it_is_the_count_of_all_pairs_within_strata(seed: int) -> None:
    predictor, outcome, event = sample(seed, 25)
    strata = np.random.default_rng(seed).integers(0, 3, 25)
    found = concordance(predictor, outcome, is_event=event, strata=strata)
    expected = by_pairs(predictor, outcome, event, strata)
    assert (found is None) == (expected is None)
    assert found is None or found.c == pytest.approx(float(expected or 0), abs=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_it_agrees_with_scipy_and_lifelines(seed: int) -> None:
    predictor, outcome, event = sample(seed)
    whole, censored = concordance(predictor, outcome), concordance(predictor, outcome, is_event=event)
    assert whole is not None
    assert censored is not None
    assert whole.somers_d == pytest.approx(somersd(outcome, predictor).statistic, abs=1e-9)
    assert whole.c == pytest.approx(concordance_index(outcome, predictor), abs=1e-9)
    assert censored.c == pytest.approx(concordance_index(outcome, predictor, event), abs=1e-9)


@pytest.mark.parametrize("seed", range(20))
def test_with_two_outcomes_it_is_the_mann_whitney_statistic(seed: int) -> None:
    predictor, outcome, _ = sample(seed)
    stayed = outcome > 3
    found = concordance(predictor, stayed)
    share = mannwhitneyu(predictor[stayed], predictor[~stayed]).statistic / (stayed.sum() * (~stayed).sum())
    assert found is not None
    assert found.c == pytest.approx(share, abs=1e-12)


@pytest.mark.parametrize("seed", range(20))
def test_leaving_a_cluster_out_is_counting_without_it(seed: int) -> None:
    predictor, outcome, event = sample(seed)
    strata = np.arange(40) % 2
    who = np.random.default_rng(seed).integers(0, 12, 40)
    without = comparable_pairs(predictor, outcome, event, strata, who).without_each()
    for cluster in np.unique(who):
        left = who != cluster
        expected = by_pairs(predictor[left], outcome[left], event[left], strata[left])
        assert expected is not None
        assert (1 + without[cluster]) / 2 == pytest.approx(float(expected), abs=1e-12)


def correlated(seed: int, units: int, correlation: float) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    first, noise = draw.standard_normal(units), draw.standard_normal(units)
    return first, correlation * first + np.sqrt(1 - correlation**2) * noise


@pytest.mark.parametrize("correlation", [0.0, 0.5])
def test_the_interval_covers_the_normal_distribution_s_value(correlation: float) -> None:
    """Of two normal variables, Kendall's tau, here Somers' D, is 2/pi arcsin(correlation) (Greiner 1909)."""
    truth = 0.5 + np.arcsin(correlation) / np.pi
    intervals = [found.interval for seed in range(400) if (found := concordance(*correlated(seed, 80, correlation)))]
    hits = [each.low <= truth <= each.high for each in intervals if each]
    assert len(hits) == 400
    assert 0.92 <= np.mean(hits) <= 0.98


def test_clusters_widen_the_interval_from_ten_on() -> None:
    draw = np.random.default_rng(3)
    host = np.repeat(np.arange(20), 15)
    predictor = draw.standard_normal(20)[host]
    outcome = draw.standard_normal(20)[host] + draw.standard_normal(300)
    alone, together, few = (
        concordance(predictor, outcome, clusters=clusters) for clusters in (None, host, np.minimum(host, 8))
    )
    assert alone is not None
    assert together is not None
    assert few is not None
    assert alone.interval is not None
    assert together.interval is not None
    assert together.interval.high - together.interval.low > 2 * (alone.interval.high - alone.interval.low)
    assert few == alone


def test_unknown_units_are_left_out() -> None:
    found = concordance([1, 2, np.nan, 3], [1, 2, 3, np.nan])
    assert found is not None
    assert (found.units, found.comparable_pairs, found.c) == (2, 1, 1.0)


@pytest.mark.parametrize(("predictor", "outcome"), [([], []), ([1.0], [1.0]), ([1.0, 2.0], [1.0, 1.0])])
def test_without_a_pair_to_compare_there_is_none(predictor: list[float], outcome: list[float]) -> None:
    assert concordance(predictor, outcome) is None
    assert better_by(predictor, predictor, outcome) is None


def test_a_perfect_order_claims_no_certainty() -> None:
    found = concordance([1, 2, 3], [1, 2, 3])
    assert found is not None
    assert (found.c, found.interval) == (1.0, None)


def test_one_predictor_against_itself_is_better_by_nothing() -> None:
    predictor, outcome, _ = sample(1)
    assert better_by(predictor, predictor, outcome) == (0.0, None)


def test_the_interval_of_a_difference_covers_the_truth() -> None:
    """A predictor of correlation 0.5 against one of 0: arcsin(0.5) / pi = 1/6 better."""
    hits = []
    for seed in range(400):
        predictor, outcome = correlated(seed, 80, 0.5)
        found = better_by(predictor, np.random.default_rng(10_000 + seed).standard_normal(80), outcome)
        assert found is not None
        assert found[1] is not None
        hits.append(found[1].low <= 1 / 6 <= found[1].high)
    assert 0.92 <= np.mean(hits) <= 0.98


def test_the_jackknife_of_a_mean_is_its_standard_error() -> None:
    values = np.random.default_rng(0).standard_normal(50)
    without = (values.sum() - values) / 49
    assert standard_error(without) == pytest.approx(values.std(ddof=1) / np.sqrt(50))
    assert standard_error(np.array([np.nan, 1.0])) is None
