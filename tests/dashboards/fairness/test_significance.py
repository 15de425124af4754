"""Oracles: statsmodels for z and for Holm, scipy for Fisher, and the lady who tasted tea for Fisher's own number."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportions_ztest

from dashboards.fairness.groups import Group
from dashboards.fairness.significance import compare_shares, holm, needs_exact_test, pooled_z

DRAWS = 200


def pairs(seed: int, largest: int) -> list[tuple[Group, Group]]:
    draws = np.random.default_rng(seed)
    units = draws.integers(1, largest, size=(DRAWS, 2))
    advanced = draws.integers(0, units + 1)
    return [
        (Group("one", int(k[0]), int(n[0])), Group("two", int(k[1]), int(n[1])))
        for k, n in zip(advanced, units, strict=True)
    ]


def table(one: Group, two: Group) -> np.ndarray:
    return np.array([[each.advanced, each.units - each.advanced] for each in (one, two)])


def test_400_of_1000_against_500_of_1000_is_z_minus_4_49() -> None:
    """METRICS.md, "Fairness lens"."""
    found = compare_shares(Group("one", 400, 1000), Group("two", 500, 1000))
    assert found is not None
    assert found.test == "two-proportion z"
    assert found.z == pytest.approx(-4.49, abs=0.005)
    assert found.p_value == pytest.approx(7e-6, rel=0.05)


def test_z_and_its_p_are_those_of_statsmodels_on_random_tables() -> None:
    compared = 0
    for one, two in pairs(seed=1, largest=3_000):
        found = compare_shares(one, two)
        assert found is not None
        if found.test == "two-proportion z":
            z, p = proportions_ztest([one.advanced, two.advanced], [one.units, two.units])
            assert (found.z, found.p_value) == pytest.approx((z, p), abs=1e-9)
            compared += 1
    assert compared > DRAWS / 2


def test_fisher_is_chosen_by_the_expected_cells_and_says_what_scipy_says() -> None:
    compared = 0
    for one, two in pairs(seed=2, largest=25):
        found = compare_shares(one, two)
        cells = table(one, two)
        assert found is not None
        expected = stats.contingency.expected_freq(cells)
        assert needs_exact_test(one, two) is bool((np.round(expected, 9) < 5).any())
        if found.test == "Fisher's exact":
            assert found.p_value == pytest.approx(stats.fisher_exact(cells).pvalue, abs=1e-9)
            compared += 1
    assert compared > DRAWS / 2


@given(st.integers(1, 12), st.integers(1, 12), st.data())
def test_fisher_adds_up_the_tables_that_are_no_likelier(first: int, second: int, data: st.DataObject) -> None:
    """By whole numbers: of all tables with these margins, those whose count is at most the observed one's."""
    one = Group("one", data.draw(st.integers(0, first)), first)
    two = Group("two", data.draw(st.integers(0, second)), second)
    assume(needs_exact_test(one, two))
    total = one.advanced + two.advanced
    counts = [comb(first, k) * comb(second, total - k) for k in range(total + 1)]
    as_unlikely = sum(count for count in counts if count <= counts[one.advanced])
    found = compare_shares(one, two)
    assert found is not None
    assert found.p_value == pytest.approx(float(Fraction(as_unlikely, sum(counts))), abs=1e-9)


def test_three_of_four_cups_prove_nothing() -> None:
    """Fisher (1935), The Design of Experiments: p 17/35 two-sided for three of four cups told apart."""
    found = compare_shares(Group("milk first", 3, 4), Group("tea first", 1, 4))
    assert found is not None
    assert found.test == "Fisher's exact"
    assert found.p_value == pytest.approx(34 / 70)


def test_where_nobody_or_everybody_advances_there_is_no_z_and_no_difference() -> None:
    for advanced in (0, 30):
        one, two = Group("one", advanced, 30), Group("two", advanced, 30)
        assert pooled_z(one, two) is None
        found = compare_shares(one, two)
        assert found is not None
        assert (found.p_value, found.z) == (1.0, None)


def test_an_empty_group_is_not_tested() -> None:
    assert compare_shares(Group("empty", 0, 0), Group("two", 1, 2)) is None


@pytest.mark.parametrize("size", [0, 1, 2, 7])
def test_holm_is_that_of_statsmodels(size: int) -> None:
    draws = np.random.default_rng(size)
    for _ in range(20):  # statsmodels collects garbage each time
        raw = np.round(draws.uniform(size=size) ** 3, 2)
        expected = multipletests(raw, method="holm")[1] if size else raw
        assert holm(raw.tolist()) == pytest.approx(expected, abs=1e-12)


def test_holm_by_hand() -> None:
    """0.01 x 3, 0.02 x 2, 0.04 x 1; the second and third share the larger."""
    assert holm([0.02, 0.01, 0.04]) == pytest.approx([0.04, 0.03, 0.04])
