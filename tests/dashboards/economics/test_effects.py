"""The same-project comparison against hand, statsmodels, and lifts that were planted."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm

from dashboards.economics.comparison import Comparison, comparison, sums_by_group
from dashboards.economics.effects import (
    Effect,
    _estimates,
    _exact_slopes,
    _nearly_exact_slopes,
    effect_on_the_treated,
    risk_ratio,
)
from tests.dashboards.economics.planted import Planted, World, plant

SEEDS = 300


def estimate(rows: Comparison, seed: int = 1, draws: int = 400) -> Effect:
    effect = effect_on_the_treated(rows, seed=seed, draws=draws)
    assert effect is not None
    return effect


@cache
def run(world: World) -> list[tuple[Planted, Effect]]:
    """Return marketplaces and estimates of one world over many seeds."""
    drawn = (plant(world, seed) for seed in range(SEEDS))
    return [(planted, estimate(planted.rows, seed)) for seed, planted in enumerate(drawn)]


def test_without_covariates_it_is_the_mean_over_the_chosen_of_the_difference_within_their_project() -> None:
    """Project 0: two chosen, one hired; four passed over, one hired. Project 1: one chosen and hired; two, none."""
    rows = Comparison(
        project=np.array([0, 0, 0, 0, 0, 0, 1, 1, 1]),
        is_treated=np.array([1, 1, 0, 0, 0, 0, 1, 0, 0], dtype=bool),
        outcome=np.array([1, 0, 1, 0, 0, 0, 1, 0, 0], dtype=float),
        covariates=np.zeros((9, 0)),
    )
    effect = estimate(rows)
    assert effect.difference == pytest.approx((2 * (1 / 2 - 1 / 4) + 1 * (1 - 0)) / 3)
    assert effect.treated_rate == pytest.approx(2 / 3)
    assert effect.counterfactual_rate == pytest.approx(2 / 3 - 1.5 / 3)
    assert (effect.treated, effect.passed_over, effect.projects, effect.is_thin) == (3, 6, 2, True)


@pytest.mark.parametrize("seed", range(20))
def test_it_is_the_fixed_effects_regression_of_statsmodels(seed: int) -> None:
    """OLS of those passed over on project dummies and covariates predicts the chosen; the rest is the effect."""
    rows = plant(World(projects=80, ability=1.0), seed).rows
    dummies = np.eye(80)[rows.project]
    design = np.column_stack([dummies, rows.covariates])
    base = ~rows.is_treated
    fitted = sm.OLS(rows.outcome[base], design[base]).fit()
    expected = (rows.outcome[~base] - fitted.predict(design[~base])).mean()
    assert estimate(rows, draws=10).difference == pytest.approx(expected, abs=1e-9)


def test_no_comparison_has_no_effect() -> None:
    rows = Comparison(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=bool), np.zeros(0), np.zeros((0, 3)))
    assert effect_on_the_treated(rows, seed=1) is None


def test_where_hardly_anybody_passed_over_is_hired_the_ratio_s_limit_is_a_number() -> None:
    """Most resamples have a counterfactual of nobody, so their ratio is infinite; the lower limit is not unknown."""
    rows = plant(World(projects=12, hired_share=0.01, lift_ratio=1.0), 2).rows
    hired = replace(rows, outcome=rows.is_treated.astype(float))
    assert np.isinf(estimate(hired).e_value_of_limit)


def test_the_same_seed_gives_the_same_interval_and_another_one_nearly() -> None:
    rows = plant(World(), 5).rows
    first, again, other = estimate(rows, 1, 2000), estimate(rows, 1, 2000), estimate(rows, 2, 2000)
    assert (first.low, first.high) == (again.low, again.high)
    assert (first.low, first.high) != (other.low, other.high)
    assert (first.low, first.high) == pytest.approx((other.low, other.high), abs=0.006)


def test_bundling_many_projects_leaves_the_estimate_and_nearly_the_interval() -> None:
    rows = plant(World(projects=900), 3).rows
    whole = sums_by_group(rows, np.random.default_rng(1))
    bundled = sums_by_group(rows, np.random.default_rng(1), most_groups=300)
    assert len(bundled.treated) == 300
    for name in ("treated", "treated_outcome", "excess", "covariate_excess", "cross", "cross_outcome"):
        assert getattr(bundled, name).sum(axis=0) == pytest.approx(getattr(whole, name).sum(axis=0))
    spread = [np.sqrt(((each.excess - each.treated * each.excess.sum() / each.treated.sum()) ** 2).sum())
              for each in (whole, bundled)]  # fmt: skip
    assert spread[1] == pytest.approx(spread[0], rel=0.15)


@pytest.mark.parametrize("projects", [6, 40, 200])
def test_the_fast_slopes_of_the_bootstrap_are_the_exact_ones(projects: int) -> None:
    """With few projects a resample holds covariates that vary nowhere: both then give them no slope."""
    rows = plant(World(projects=projects), 4).rows
    rows = replace(
        rows, covariates=np.column_stack([rows.covariates, rows.covariates[:, 0], np.zeros(len(rows.outcome))])
    )
    sums = sums_by_group(rows, np.random.default_rng(1))
    weights = np.random.default_rng(2).multinomial(projects, np.full(projects, 1 / projects), size=200).astype(float)
    exact, fast = (_estimates(sums, weights, each)[0] for each in (_exact_slopes, _nearly_exact_slopes))
    assert fast == pytest.approx(exact, abs=1e-6)


def test_a_ratio_over_nobody_is_infinite_and_of_nobody_is_one() -> None:
    assert risk_ratio(np.array([0.2, 0.2, 0.0]), np.array([0.1, -0.1, 0.0])).tolist() == [2.0, np.inf, 1.0]


@pytest.mark.slow
@pytest.mark.parametrize("ratio", [1.0, 1.6])
def test_the_interval_covers_the_planted_lift_where_nothing_is_unobserved(ratio: float) -> None:
    """METRICS, golden test l: 92 to 98 % of the time."""
    found = run(World(lift_ratio=ratio))
    lift = np.mean([planted.lift for planted, _ in found])
    covered = np.mean([effect.low <= lift <= effect.high for _, effect in found])
    assert 0.92 <= covered <= 0.98
    errors = np.array([effect.difference for _, effect in found]) - lift
    assert abs(errors.mean()) < 3 * errors.std() / np.sqrt(SEEDS)


@pytest.mark.slow
def test_with_unobserved_ability_the_estimate_overshoots_and_the_e_value_warns() -> None:
    """Golden test l: nothing is planted but ability; a cause as strong as that explains the estimate away.

    Of two kinds of people, one is hired exp(1.6) times as often and chosen more often: its two risk ratios are known.
    """
    found = run(World(ability=1.0, lift_ratio=1.0, has_two_kinds=True))
    misled = np.array([effect.low > 0 for _, effect in found])
    assert misled.mean() > 0.5
    warned = [effect.is_explained_by(strength(planted)) for planted, effect in found]
    assert np.mean(warned) >= 0.975
    left = np.array([effect.corrected(*strengths(planted)) for planted, effect in found])
    assert left.mean() <= 2 * left.std() / np.sqrt(SEEDS)


@pytest.mark.slow
def test_with_unobserved_ability_a_planted_lift_is_overstated() -> None:
    found = run(World(ability=1.0))
    lift = np.mean([planted.lift for planted, _ in found])
    assert np.mean([effect.difference for _, effect in found]) > 1.5 * lift
    assert np.mean([effect.low <= lift <= effect.high for _, effect in found]) < 0.6


def strengths(planted: Planted) -> tuple[float, float]:
    """Return the planted risk ratios of the abler kind: with being chosen within a project, and with being hired."""
    rows = planted.rows
    chosen, passed = (np.bincount(rows.project, each) for each in (rows.is_treated, ~rows.is_treated))
    weights = np.where(rows.is_treated, 1.0, (chosen / passed)[rows.project])
    able = planted.ability > 0
    shares = [np.average(able[each], weights=weights[each]) for each in (rows.is_treated, ~rows.is_treated)]
    return float(shares[0] / shares[1]), float(np.exp(0.8 * 2))


def strength(planted: Planted) -> float:
    return max(strengths(planted))


def rows_of(count: int, change: Callable[[int], dict[str, object]]) -> pl.DataFrame:
    base = {
        "project_id": "p", "is_selected": 0, "is_compared": 1, "is_hired_365_days": 0, "major_family": "Business",
        "years_to_graduation": None, "prior_completion_count": 0, "is_chosen_elsewhere_365_days": 0,
    }  # fmt: skip
    return pl.DataFrame([{**base, **change(number)} for number in range(count)], infer_schema_length=None)


def test_rows_become_a_comparison_of_projects_with_both_kinds() -> None:
    """p: one chosen of three that are compared; q: chosen alone, no comparison; r: nobody chosen."""
    frame = rows_of(7, lambda number: [
        {"is_selected": 1, "is_hired_365_days": 1, "major_family": None},
        {"prior_completion_count": 9, "is_chosen_elsewhere_365_days": 1},
        {"prior_completion_count": 3},
        {"is_compared": 0, "is_selected": 1},
        {"project_id": "q", "is_selected": 1},
        {"project_id": "r"},
        {"project_id": "r", "major_family": "Education"},
    ][number])  # fmt: skip
    rows = comparison(frame)
    assert rows.project.tolist() == [0, 0, 0]
    assert rows.is_treated.tolist() == [True, False, False]
    assert rows.outcome.tolist() == [1, 0, 0]
    assert rows.treated_alone == 1
    assert rows.chosen_elsewhere == 1
    assert estimate(rows).contamination == 1 / 2
    # An unknown major is a level of its own; nine earlier projects count as three, and three are the commonest.
    assert rows.covariates.tolist() == [[1, 1], [0, 0], [0, 0]]


def test_no_row_is_no_comparison() -> None:
    nothing = rows_of(2, lambda number: {"is_selected": number}).clear()
    assert len(comparison(nothing).project) == 0
    assert effect_on_the_treated(comparison(nothing), seed=1) is None


def test_an_interval_that_allows_for_no_effect_has_an_e_value_of_one() -> None:
    nothing = next(effect for seed in range(9) if (effect := estimate(plant(World(lift_ratio=1.0), seed).rows)).low < 0)
    assert nothing.e_value_of_limit == 1
    assert nothing.is_explained_by(1.0)
    strong = estimate(plant(World(lift_ratio=4.0, hired_share=0.4), 1).rows)
    assert strong.e_value > strong.e_value_of_limit > 2
    assert not strong.is_explained_by(1.5)
    assert replace(strong, difference=0.3, treated_rate=0.4).corrected(2, 2) == pytest.approx(0.4 - 0.1 * 4 / 3)
