"""Four fifths is 29 CFR 1607.4 D; the flip is no. 21 of the Questions and Answers on the Uniform Guidelines."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.fairness.groups import (
    Group,
    GroupCountError,
    impact_ratio,
    lead_would_flip,
    leading_group,
    passes_four_fifths,
)


@st.composite
def groups(draw: st.DrawFn, name: str = "group", least: int = 0) -> Group:
    units = draw(st.integers(least, 5_000))
    return Group(name, draw(st.integers(0, units)), units)


@pytest.mark.parametrize(
    ("group", "leading", "passes"),
    [
        (Group("exactly on the line", 3, 5), Group("three quarters", 3, 4), True),
        (Group("two eighths", 2, 8), Group("half", 5, 10), False),
        (Group("400", 400, 1000), Group("500", 500, 1000), True),
        (Group("399", 399, 1000), Group("500", 500, 1000), False),
        (Group("none", 0, 10), Group("half", 5, 10), False),
        (Group("nobody there", 0, 0), Group("half", 5, 10), None),
        (Group("half", 5, 10), Group("nobody leads", 0, 10), None),
    ],
)
def test_four_fifths_are_counted_in_whole_numbers(group: Group, leading: Group, passes: bool | None) -> None:
    assert passes_four_fifths(group, leading) is passes


@given(groups(least=1), groups(least=1))
def test_four_fifths_is_what_exact_fractions_say(group: Group, leading: Group) -> None:
    passes = passes_four_fifths(group, leading)
    if leading.advanced == 0:
        assert passes is None
        assert impact_ratio(group, leading) is None
    else:
        ratio = Fraction(group.advanced, group.units) / Fraction(leading.advanced, leading.units)
        assert passes is (ratio >= Fraction(4, 5))
        assert impact_ratio(group, leading) == pytest.approx(float(ratio))


def test_the_leading_group_is_large_enough_and_of_equals_the_larger() -> None:
    small, ten, twenty, twin = Group("small", 9, 9), Group("ten", 5, 10), Group("twenty", 10, 20), Group("a", 10, 20)
    assert leading_group([small, ten, twenty]) == twenty
    assert leading_group([ten, twenty, twin]) == twin
    assert leading_group([small]) is None
    assert leading_group([small], minimum=9) == small


@given(st.lists(groups(), max_size=6), st.integers(0, 100))
def test_no_group_of_the_minimum_has_a_higher_rate_than_the_leading_one(found: list[Group], minimum: int) -> None:
    leading = leading_group(found, minimum)
    large = [group for group in found if group.units >= max(minimum, 1)]
    assert (leading is None) is (not large)
    if leading is not None and leading.rate is not None:
        assert leading.units >= minimum
        assert all(group.advanced / group.units <= float(leading.rate) for group in large)


@pytest.mark.parametrize(
    ("group", "leading", "flips"),
    [
        (Group("would be 3/8", 2, 8), Group("would be 4/10", 5, 10), False),
        (Group("would be 4/10", 3, 10), Group("would be 4/11", 5, 11), True),
        (Group("would tie at 4/10", 3, 10), Group("would tie at 4/10", 5, 10), False),
        (Group("all are selected", 3, 3), Group("all are selected", 5, 5), False),
        (Group("none is selected", 0, 3), Group("none is selected", 0, 5), False),
        (Group("400", 400, 1000), Group("500", 500, 1000), False),
    ],
)
def test_the_lead_flips_when_one_selection_moved_puts_the_other_ahead(
    group: Group, leading: Group, flips: bool
) -> None:
    assert lead_would_flip(group, leading) is flips


@given(groups(least=1), groups(least=1))
def test_a_flip_is_what_recounting_says(group: Group, leading: Group) -> None:
    if group.advanced < group.units and leading.advanced > 0:
        moved = Fraction(group.advanced + 1, group.units), Fraction(leading.advanced - 1, leading.units)
        assert lead_would_flip(group, leading) is (moved[0] > moved[1])


def test_counts_that_cannot_be_are_refused() -> None:
    with pytest.raises(GroupCountError, match="found 3 of 2"):
        Group("too many", 3, 2)
    with pytest.raises(GroupCountError):
        Group("fewer than none", -1, 2)
