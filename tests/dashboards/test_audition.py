"""What a project's rating foretells, on hires made up so that the answer is known."""

from dataclasses import astuple

import numpy as np
import pytest

from dashboards.audition import calibrate, range_restriction, unrestricted_correlation
from dashboards.concordance import concordance


def test_hosts_that_rate_generously_do_not_pass_for_a_signal() -> None:
    """Within a host the rating is chance; the generous host keeps people for longer."""
    draw = np.random.default_rng(7)
    host = np.repeat([0, 1], 400)
    rating = draw.normal(3 + host, 0.5)
    stayed = (draw.random(800) < 0.3 + 0.4 * host).astype(float)
    pooled, within = (concordance(rating, stayed, strata=strata) for strata in (None, host))
    assert pooled is not None
    assert pooled.c > 0.6
    assert within is not None
    assert within.c == pytest.approx(0.5, abs=0.04)


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
