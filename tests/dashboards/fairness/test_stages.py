"""The ratio of two overall rates is the product of the stages' ratios, and its logarithm their sum."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.fairness.groups import Group
from dashboards.fairness.stages import StagesDifferError, decompose, is_nested, product_of_ratios

STAGES = ("selected", "completed", "hired")


@st.composite
def ladders(draw: st.DrawFn) -> list[Group]:
    """Return a group at three stages, each stage's units those who advanced before, nobody lost entirely."""
    counts = sorted(draw(st.lists(st.integers(1, 10_000), min_size=4, max_size=4)), reverse=True)
    return [Group("group", k, n) for n, k in pairwise(counts)]


def test_by_hand() -> None:
    """25 % of 50 %, 80 % of 80 %, 20 % of 20 %: all of the difference is made at selection."""
    one = [Group("one", 25, 100), Group("one", 20, 25), Group("one", 4, 20)]
    two = [Group("two", 50, 100), Group("two", 40, 50), Group("two", 8, 40)]
    found = decompose(STAGES, one, two)
    assert [each.ratio for each in found] == pytest.approx([0.5, 1, 1])
    assert [each.share for each in found] == pytest.approx([1, 0, 0])
    assert product_of_ratios(found) == pytest.approx(0.5)


def test_a_stage_that_makes_up_for_another_has_a_negative_part() -> None:
    """2/8 over 4/8 is 0.5; 5/5 over 4/5 is 1.25 and makes up for some of it: 0.625 overall."""
    found = decompose(STAGES[:2], [Group("one", 2, 8), Group("one", 5, 5)], [Group("two", 4, 8), Group("two", 4, 5)])
    assert product_of_ratios(found) == pytest.approx(0.625)
    assert [each.share for each in found] == pytest.approx(
        [math.log(0.5) / math.log(0.625), math.log(1.25) / math.log(0.625)]
    )


@given(ladders(), ladders())
def test_the_parts_make_up_the_whole(one: list[Group], two: list[Group]) -> None:
    found = decompose(STAGES, one, two)
    assert is_nested(one)
    assert is_nested(two)
    whole = (one[-1].advanced / one[0].units) / (two[-1].advanced / two[0].units)
    assert product_of_ratios(found) == pytest.approx(whole)
    shares = [each.share for each in found if each.share is not None]
    if abs(math.log(whole)) > 1e-6:
        assert math.fsum(shares) == pytest.approx(1)


def test_a_rate_of_zero_or_of_nobody_leaves_the_whole_unknown() -> None:
    alike = [Group("two", 5, 10)] * 3
    for broken in (Group("one", 0, 10), Group("one", 0, 0)):
        found = decompose(STAGES, [Group("one", 5, 10), broken, Group("one", 5, 10)], alike)
        assert [each.share for each in found] == [None] * 3
    assert product_of_ratios(decompose(STAGES, alike, [*alike[:2], Group("two", 0, 10)])) is None


def test_stages_that_do_not_match_are_refused() -> None:
    with pytest.raises(StagesDifferError):
        decompose(STAGES, [Group("one", 1, 2)], [Group("two", 1, 2)])


def test_stages_with_windows_of_their_own_are_no_single_cohort() -> None:
    """50 of 100 selected, but only 30 of them due by now, and one of another cohort among the 31 who are."""
    stages = [Group("one", 50, 100), Group("one", 20, 31)]
    assert not is_nested(stages)
    found = decompose(STAGES[:2], stages, [Group("two", 50, 100), Group("two", 31, 31)])
    assert product_of_ratios(found) == pytest.approx(20 / 31)
