"""The cases of METRICS.md, golden test d, and what may be said of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from dashboards.fairness.comparison import Comparison, compare_groups
from dashboards.fairness.groups import Group, leading_group


def the_one(*groups: Group) -> Comparison:
    (found,) = compare_groups(groups)
    return found


def test_two_eighths_against_five_tenths_fails_the_ratio_is_not_significant_and_small() -> None:
    found = the_one(Group("two eighths", 2, 8), Group("five tenths", 5, 10))
    assert found.leading.name == "five tenths"
    assert found.impact_ratio == pytest.approx(0.5)
    assert found.passes_four_fifths is False
    assert not found.is_significant
    assert found.is_small
    assert found.verdict == "too few to say"


def test_400_against_500_of_1000_passes_the_ratio_and_is_still_for_review() -> None:
    found = the_one(Group("one", 400, 1000), Group("two", 500, 1000))
    assert found.passes_four_fifths is True
    assert found.is_significant
    assert found.verdict == "comparison for review"


def test_a_ratio_below_four_fifths_is_for_review_without_significance() -> None:
    found = the_one(Group("one", 6, 20), Group("two", 10, 20))
    assert (found.passes_four_fifths, found.is_significant, found.would_flip) == (False, False, False)
    assert found.verdict == "comparison for review"


def test_one_selection_that_decides_is_too_few_to_say() -> None:
    found = the_one(Group("one", 3, 10), Group("two", 5, 11))
    assert found.passes_four_fifths is False
    assert found.would_flip
    assert found.verdict == "too few to say"


def test_groups_that_are_alike_are_not_for_review() -> None:
    assert the_one(Group("one", 480, 1000), Group("two", 500, 1000)).verdict == "no comparison for review"


def test_where_nobody_advances_there_is_too_little_to_say() -> None:
    assert the_one(Group("one", 0, 100), Group("two", 0, 200)).verdict == "too few to say"


def test_without_a_group_of_the_minimum_nothing_is_compared() -> None:
    assert compare_groups([Group("one", 2, 9), Group("two", 5, 9)]) == ()
    assert len(compare_groups([Group("one", 2, 9), Group("two", 5, 9)], minimum=9)) == 1


def test_no_verdict_is_a_legal_finding() -> None:
    for found in compare_groups([Group(str(k), k, 100) for k in range(0, 101, 10)]):
        assert found.verdict in ("comparison for review", "no comparison for review", "too few to say")


@given(
    st.lists(st.integers(0, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=1, max_size=6)
)
def test_every_other_group_with_units_meets_the_leading_one(counts: list[tuple[int, int]]) -> None:
    groups = [Group(str(number), k, n) for number, (k, n) in enumerate(counts)]
    found = compare_groups(groups)
    leading = leading_group(groups)
    if leading is None:
        assert found == ()
        return
    assert [each.group for each in found] == [group for group in groups if group.units and group is not leading]
    raw = [each.significance.p_value for each in found if each.significance]
    if raw:
        expected = multipletests(raw, method="holm")[1]
        assert [each.adjusted_p for each in found] == pytest.approx(list(expected))
