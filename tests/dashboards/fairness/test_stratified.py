"""Berkeley 1973: Bickel, Hammel and O'Connell (1975), Science 187; the counts of METRICS.md. Oracle: statsmodels."""

from typing import Any

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import StratifiedTable

from dashboards.fairness.groups import Group, passes_four_fifths
from dashboards.fairness.significance import pooled_z
from dashboards.fairness.stratified import StrataShapeError, mantel_haenszel, sum_strata

MEN = ((512, 825), (353, 560), (120, 325), (138, 417), (53, 191), (22, 373))
WOMEN = ((89, 108), (17, 25), (202, 593), (131, 375), (94, 393), (24, 341))
DRAWS = 200


def tables(first: Any, second: Any) -> np.ndarray:
    return np.array([[[k, n - k], [j, m - j]] for (k, n), (j, m) in zip(first, second, strict=True)])


def random_strata(seed: int) -> np.ndarray:
    """Return 2 to 30 strata with sizes from 1 up, some of them empty of a group or of selections."""
    draws = np.random.default_rng(seed)
    count = int(draws.integers(2, 31))
    units = draws.integers(0, 25, size=(count, 2))
    advanced = draws.binomial(units, draws.uniform(0.02, 0.9, size=(count, 1)))
    return np.stack([advanced, units - advanced], axis=2)


def test_berkeley_pooled_favours_men() -> None:
    men = Group("men", sum(k for k, _ in MEN), sum(n for _, n in MEN))
    women = Group("women", sum(k for k, _ in WOMEN), sum(n for _, n in WOMEN))
    assert (float(men.rate or 0), float(women.rate or 0)) == pytest.approx((0.445, 0.304), abs=0.0005)
    assert pooled_z(men, women) == pytest.approx(9.60, abs=0.005)
    assert passes_four_fifths(women, men) is False


def test_berkeley_within_departments_does_not() -> None:
    found = mantel_haenszel(sum_strata(tables(MEN, WOMEN)))
    assert found.odds_ratio == pytest.approx(0.905, abs=0.0005)
    assert found.chi_square == pytest.approx(1.52, abs=0.005)
    assert found.chi_square_corrected == pytest.approx(1.43, abs=0.005)
    assert found.p_value is not None
    assert found.p_value > 0.2
    assert found.interval is not None
    assert found.interval.low < 1 < found.interval.high


def test_random_strata_agree_with_statsmodels() -> None:
    compared = 0
    for seed in range(DRAWS):
        cells = random_strata(seed)
        found = mantel_haenszel(sum_strata(cells))
        with np.errstate(all="ignore"):
            oracle = StratifiedTable([each.astype(float) for each in cells if each.sum() > 1])
            plain, corrected = oracle.test_null_odds(), oracle.test_null_odds(correction=True)
        if found.odds_ratio is None or found.interval is None:
            continue
        sums = sum_strata(cells)
        assert found.odds_ratio == pytest.approx(oracle.oddsratio_pooled, rel=1e-9)
        assert (found.interval.low, found.interval.high) == pytest.approx(oracle.oddsratio_pooled_confint(), rel=1e-9)
        assert (found.chi_square, found.p_value) == pytest.approx((plain.statistic, plain.pvalue), abs=1e-9)
        if abs(sums.observed - sums.expected) >= 0.5:
            assert found.chi_square_corrected == pytest.approx(corrected.statistic, abs=1e-9)
            assert found.p_value_corrected == pytest.approx(corrected.pvalue, abs=1e-9)
            compared += 1
    assert compared > DRAWS / 2


def test_a_distance_smaller_than_the_correction_is_none() -> None:
    """1 of 2 against 1 of 3: 1 was seen, 0.8 expected; statsmodels would square the overshoot."""
    found = mantel_haenszel(sum_strata([[[1, 1], [1, 2]]]))
    assert (found.chi_square_corrected, found.p_value_corrected) == (0.0, 1.0)


def test_one_stratum_is_the_odds_ratio_of_its_table() -> None:
    found = mantel_haenszel(sum_strata([[[10, 20], [30, 40]]]))
    assert found.odds_ratio == pytest.approx(10 * 40 / (20 * 30))


def test_swapping_the_groups_inverts_the_odds_and_leaves_the_test() -> None:
    for seed in range(50):
        cells = random_strata(seed)
        one, other = mantel_haenszel(sum_strata(cells)), mantel_haenszel(sum_strata(cells[:, ::-1]))
        assert one.chi_square == pytest.approx(other.chi_square)
        if one.odds_ratio and other.odds_ratio:
            assert one.odds_ratio == pytest.approx(1 / other.odds_ratio)


def test_strata_that_cannot_tell_change_nothing() -> None:
    silent = np.array([[[3, 4], [0, 0]], [[0, 5], [0, 9]], [[5, 0], [9, 0]], [[0, 0], [0, 0]], [[1, 0], [0, 0]]])
    cells = tables(MEN, WOMEN)
    assert sum_strata(np.concatenate([cells, silent])) == sum_strata(cells)


def test_nothing_to_compare_is_unknown_and_not_equal() -> None:
    found = mantel_haenszel(sum_strata(np.empty((0, 2, 2))))
    assert (found.odds_ratio, found.interval, found.chi_square, found.p_value) == (None, None, None, None)


def test_tables_of_another_shape_are_refused() -> None:
    with pytest.raises(StrataShapeError, match=r"\(2, 2\)"):
        sum_strata([[1, 2], [3, 4]])
