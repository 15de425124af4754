"""What a project's rating foretells, on hires made up so that the answer is known."""

from dataclasses import astuple

import numpy as np
import pytest

from dashboards.audition import (
    GPA_BANDS,
    calibrate,
    folds,
    gpa_ranks,
    range_restriction,
    school_scores,
    signals,
    unrestricted_correlation,
)
from dashboards.concordance import concordance
from pipelines.contract import ENTITIES

SCHOOLS = ["public", "private nonprofit", "HBCU", "HSI"]


def test_the_bands_are_those_of_the_contract() -> None:
    assert ENTITIES["students"].column("gpa_band").values == GPA_BANDS


def test_a_band_has_its_rank_and_an_unknown_one_has_none() -> None:
    ranks = gpa_ranks(["3.5-4.0", None, "below 2.5", "unheard of"])
    assert ranks == pytest.approx([3, np.nan, 0, np.nan], nan_ok=True)


def test_folds_are_even_and_repeatable() -> None:
    assert np.bincount(folds(23)).tolist() == [5, 5, 5, 4, 4]
    assert (folds(23) == folds(23)).all()
    assert (folds(23) != folds(23, seed=1)).any()


def test_a_school_s_score_is_the_mean_of_its_units_in_the_other_folds() -> None:
    schools = ["a", "a", "a", "b", None, "a"]
    outcome = [1.0, 0.0, 1.0, 1.0, 1.0, np.nan]
    scores = school_scores(schools, outcome, np.array([0, 1, 1, 0, 0, 0]))
    # Fold 0 learns from units 1 and 2, fold 1 from unit 0 (unit 5 has no outcome); school b is alone.
    assert scores == pytest.approx([0.5, 1.0, 1.0, np.nan, np.nan, 0.5], nan_ok=True)


def test_school_scores_that_mean_nothing_order_nothing() -> None:
    """Scored on themselves, schools seem to order what is chance; scored on other folds, they do not."""
    honest, naive = [], []
    for seed in range(200):
        draw = np.random.default_rng(seed)
        schools = [SCHOOLS[number] for number in draw.integers(0, 4, 60)]
        outcome = draw.integers(0, 2, 60).astype(float)
        own = np.array([outcome[[each == school for each in schools]].mean() for school in schools])
        fold = folds(60, seed=seed)
        found = concordance(school_scores(schools, outcome, fold), outcome, strata=fold)
        itself = concordance(own, outcome)
        assert found is not None
        assert itself is not None
        honest.append(found.c)
        naive.append(itself.c)
    assert np.mean(naive) > 0.57
    assert np.mean(honest) == pytest.approx(0.5, abs=0.02)


def test_the_rating_beats_what_foretells_nothing() -> None:
    draw = np.random.default_rng(5)
    units = 600
    ability = draw.standard_normal(units)
    rating = np.clip(np.round(3.5 + ability + 0.5 * draw.standard_normal(units)), 1, 5)
    stayed = (ability + draw.standard_normal(units) > 0).astype(float)
    bands = [GPA_BANDS[number] for number in draw.integers(0, 4, units)]
    schools = [SCHOOLS[number] for number in draw.integers(0, 4, units)]
    project, gpa, school = signals(rating, bands, schools, stayed, clusters=np.arange(units) % 40)
    assert [each.predictor for each in (project, gpa, school)] == ["project rating", "GPA band", "school type"]
    assert project.concordance is not None
    assert project.concordance.interval is not None
    assert project.concordance.interval.low > 0.6
    for rival in (gpa, school):
        assert rival.concordance is not None
        assert rival.concordance.c == pytest.approx(0.5, abs=0.06)
        assert rival.interval is not None
        assert rival.interval.low > 0.1
    assert project.rating_better_by is None


def test_hosts_that_rate_generously_do_not_pass_for_a_signal() -> None:
    """Within a host the rating is chance; the generous host keeps people for longer."""
    draw = np.random.default_rng(7)
    host = np.repeat([0, 1], 400)
    rating = draw.normal(3 + host, 0.5)
    stayed = (draw.random(800) < 0.3 + 0.4 * host).astype(float)
    bands, schools = [GPA_BANDS[0]] * 800, [SCHOOLS[0]] * 800
    (pooled, *_), (within, *_) = (signals(rating, bands, schools, stayed, strata=strata) for strata in (None, host))
    assert pooled.concordance is not None
    assert pooled.concordance.c > 0.6
    assert within.concordance is not None
    assert within.concordance.c == pytest.approx(0.5, abs=0.04)


def test_nobody_with_an_outcome_gives_no_signal() -> None:
    found = signals([4.0, 5.0], ["3.5-4.0", None], ["public", "HBCU"], [np.nan, np.nan])
    assert [(each.concordance, each.rating_better_by) for each in found] == [(None, None)] * 3


def test_calibration_by_hand() -> None:
    rating = [1, 1, 2, 3, 4, 4, 5, np.nan]
    stayed = [0, 0, 1, 0, 1, 1, 1, 1]
    low, high = calibrate(rating, stayed, bins=2)
    # The median rating is 3: 1, 1, 2 below it, 3, 4, 4, 5 from it on.
    assert astuple(low)[:5] == pytest.approx((1, 2, 3, 4 / 3, 1 / 3))
    assert astuple(high)[:5] == pytest.approx((3, 5, 4, 4, 3 / 4))
    assert high.interval is not None
    # Wilson's interval of 3 out of 4.
    assert (high.interval.low, high.interval.high) == pytest.approx((0.3006, 0.9544), abs=1e-4)


def test_calibration_of_a_score_has_no_interval_of_a_share() -> None:
    bins = calibrate([1, 2, 3], [2.5, 3.5, 4.5], bins=3)
    assert [(each.outcome_mean, each.interval) for each in bins] == [(2.5, None), (3.5, None), (4.5, None)]
    assert calibrate([], []) == ()


def test_equal_ratings_share_a_bin() -> None:
    assert [each.units for each in calibrate([5, 5, 5, 5, 1], [1, 0, 1, 1, 0], bins=4)] == [1, 4]


def test_the_choice_of_the_hired_hides_a_part_of_the_signal() -> None:
    draw = np.random.default_rng(11)
    rating = draw.standard_normal(200_000)
    performance = 0.5 * rating + np.sqrt(0.75) * draw.standard_normal(200_000)
    hired = rating > 1
    among_hired = float(np.corrcoef(rating[hired], performance[hired])[0, 1])
    found = range_restriction(rating, rating[hired])
    assert found is not None
    # The upper 15.9 % of a normal variable: variance 1 + 1 x 1.5251 - 1.5251^2 = 0.1991, sd 0.446.
    assert found.spread_ratio == pytest.approx(0.446, abs=0.01)
    assert "understates" in found.note
    assert among_hired < 0.3
    assert unrestricted_correlation(among_hired, found.spread_ratio) == pytest.approx(0.5, abs=0.02)


def test_without_a_choice_nothing_is_hidden() -> None:
    found = range_restriction([1, 2, 3, np.nan], [1, 2, 3])
    assert found is not None
    assert found.spread_ratio == pytest.approx(1)
    assert "little is hidden" in found.note
    assert unrestricted_correlation(0.3, 1.0) == pytest.approx(0.3)
    assert range_restriction([1, 1], [1, 1]) is None
    assert range_restriction([1, 2], [1]) is None
