"""E-values as published by their authors."""

import math

import pytest

from dashboards.economics.sensitivity import bias_factor, e_value


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [(3.9, 7.26), (1.8, 3.0), (10.73, 20.95), (8.02, 15.52), (0.8, 1.81), (1.0, 1.0)],
)
def test_an_e_value_is_that_of_the_paper(ratio: float, expected: float) -> None:
    """Breastfeeding 3.9 (1.8): 7.26 and 3.0; smoking 10.73 (8.02): VanderWeele and Ding (2017), Ann Intern Med 167.

    0.8 is 1 / 1.25, so 1.25 + sqrt(1.25 x 0.25) = 1.81.
    """
    assert e_value(ratio) == pytest.approx(expected, abs=0.01)


def test_a_cause_exactly_as_strong_as_the_e_value_takes_the_ratio_to_one() -> None:
    for ratio in (1.1, 2.0, 3.9):
        assert ratio / bias_factor(e_value(ratio), e_value(ratio)) == pytest.approx(1)


def test_a_cause_of_one_side_only_explains_nothing() -> None:
    assert bias_factor(1, 50) == 1
    assert bias_factor(2, 2) == pytest.approx(4 / 3)


def test_what_never_happens_otherwise_cannot_be_explained_away() -> None:
    assert e_value(math.inf) == e_value(0) == math.inf
