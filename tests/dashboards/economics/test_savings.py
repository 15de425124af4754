"""Savings and misfits, by hand."""

import pytest

from dashboards.economics.savings import Count, misfits_avoided, saving_against_benchmark


def test_a_saving_is_hires_times_the_difference_of_costs() -> None:
    assert saving_against_benchmark(12, 4700, 3200) == 18_000
    assert saving_against_benchmark(12, 4700, 5000) == -3_600
    assert saving_against_benchmark(0, 4700, None) is None


def test_misfits_avoided_carry_newcombe_s_interval_of_the_difference() -> None:
    """56/70 less 48/80 is 0.20, 0.0524 to 0.3339 (Newcombe 1998, table II, method 10); 10 hires at 15,000 USD."""
    amount = misfits_avoided(10, Count(48, 80), Count(56, 70), 15_000)
    assert amount is not None
    assert amount.usd == pytest.approx(150_000 * 0.20)
    assert (amount.low_usd, amount.high_usd) == pytest.approx((150_000 * 0.0524, 150_000 * 0.3339), abs=8)


def test_an_attrition_that_nobody_saw_avoids_nothing_known() -> None:
    assert misfits_avoided(10, Count(0, 0), Count(5, 10), 15_000) is None
