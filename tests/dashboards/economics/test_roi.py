"""ROI against closed forms: without ranges it is the formula; with one range its distribution is a triangle's."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import triang

from dashboards.economics.assumptions import ASSUMPTIONS, fixed
from dashboards.economics.effects import Effect
from dashboards.economics.roi import (
    Programme,
    break_even_hire_through,
    break_even_hires,
    cost_usd,
    distribution,
    draw,
    roi,
    tornado,
)
from dashboards.economics.savings import Count

PROGRAMME = Programme(chosen=200, cost_usd=100_000)
# A hire is worth 5,000 + (0.5 - 0.3) x 0.25 x 60,000 = 8,000.
GIVEN = {
    "benchmark_cost_per_hire": 5000.0,
    "attrition_comparison": 0.5,
    "attrition_micro": 0.3,
    "turnover_cost_share": 0.25,
    "first_year_pay": 60000.0,
    "work_rate": 20.0,
    "supervisor_hours": 2.0,
    "supervisor_rate": 60.0,
    "screening_hours": 1.0,
    "screening_rate": 40.0,
}


def effect(rate: float = 0.10, draws: np.ndarray[tuple[int], np.dtype[np.float64]] | None = None) -> Effect:
    drawn = np.array([rate]) if draws is None else draws
    return Effect(rate, rate, rate, 0.15, 200, 2000, 50, 0, 2.0, 1.5, drawn)


def test_without_ranges_roi_is_the_formula() -> None:
    """200 x 0.10 = 20 hires x 8,000 = 160,000 over 100,000 is 60 %."""
    found = distribution(PROGRAMME, effect(), seed=1, assumed=fixed(**GIVEN), draws=100)
    assert found is not None
    assert (found.median, found.low, found.high) == pytest.approx((0.6, 0.6, 0.6))
    assert found.probability_positive == 1


def test_the_value_of_the_work_counts_only_if_it_is_switched_on() -> None:
    """1,000 hours x 20 = 20,000 more."""
    worked = replace(PROGRAMME, hours_worked=1000)
    for programme, expected in ((worked, 0.6), (replace(worked, with_work_value=True), 0.8)):
        found = distribution(programme, effect(), seed=1, assumed=fixed(**GIVEN), draws=10)
        assert found is not None
        assert found.median == pytest.approx(expected)


def test_time_that_nobody_reported_is_assumed_into_the_cost() -> None:
    """100 engagements x (2 x 60 + 1 x 40) = 16,000 beside the 100,000."""
    programme = replace(PROGRAMME, engagements_without_time=100)
    values = draw(programme, effect(), fixed(**GIVEN), seed=1, draws=3)
    assert cost_usd(programme, values) == pytest.approx([116_000] * 3)
    assert roi(programme, values) == pytest.approx([160_000 / 116_000 - 1] * 3)


def test_a_programme_that_cost_nothing_has_no_return() -> None:
    free = replace(PROGRAMME, cost_usd=0)
    assert distribution(free, effect(), seed=1) is None
    assert tornado(free, effect()) == []


def test_one_assumed_range_gives_the_triangle_s_distribution() -> None:
    """Only the benchmark varies: ROI = 20 x (benchmark + 3,000) / 100,000 - 1, above 0 from a benchmark of 2,000 on."""
    assumed = fixed(**GIVEN) | {"benchmark_cost_per_hire": ASSUMPTIONS["benchmark_cost_per_hire"]}
    found = distribution(PROGRAMME, effect(), seed=1, assumed=assumed, draws=200_000)
    assert found is not None
    low, mode, high = 1633, 4700, 6110
    triangle = triang((mode - low) / (high - low), low, high - low)
    assert found.probability_positive == pytest.approx(triangle.sf(2000), abs=0.003)
    expected = [20 * (triangle.ppf(share) + 3000) / 100_000 - 1 for share in (0.1, 0.5, 0.9)]
    assert [found.low, found.median, found.high] == pytest.approx(expected, abs=0.005)
    assert found.draws.mean() == pytest.approx(20 * ((low + mode + high) / 3 + 3000) / 100_000 - 1, abs=0.002)


def test_the_effect_s_draws_pass_into_roi() -> None:
    """Half of the bootstrap says 5 incremental hires in 100, half says 15: ROI is -0.2 or 1.4."""
    found = distribution(PROGRAMME, effect(draws=np.array([0.05, 0.15])), seed=1, assumed=fixed(**GIVEN), draws=20_000)
    assert found is not None
    assert sorted(set(found.draws.round(9))) == pytest.approx([-0.2, 1.4])
    assert found.probability_positive == pytest.approx(0.5, abs=0.02)


def test_attrition_that_was_seen_is_drawn_from_what_was_seen() -> None:
    """Beta(30.5, 70.5) has mean 30.5 / 101."""
    programme = replace(PROGRAMME, micro_leavers=Count(30, 100), comparison_leavers=Count(0, 0))
    values = draw(programme, effect(), fixed(**GIVEN), seed=1, draws=100_000)
    assert values["attrition_micro"].mean() == pytest.approx(30.5 / 101, abs=0.001)
    assert values["attrition_micro"].std() == pytest.approx(np.sqrt(30.5 * 70.5 / 101**2 / 102), rel=0.02)
    assert set(values["attrition_comparison"]) == {0.5}


def test_the_same_seed_gives_the_same_draws() -> None:
    first, again, other = (distribution(PROGRAMME, effect(), seed=seed, draws=50) for seed in (1, 1, 2))
    assert first is not None
    assert again is not None
    assert other is not None
    assert first.draws.tolist() == again.draws.tolist() != other.draws.tolist()


def test_at_break_even_roi_is_nil() -> None:
    """100,000 / 8,000 = 12.5 incremental hires of 200, on top of the 5 % who would have been hired all the same."""
    assumed = fixed(**GIVEN)
    assert break_even_hires(PROGRAMME, assumed) == pytest.approx(12.5)
    assert break_even_hire_through(PROGRAMME, effect(), assumed) == pytest.approx(0.05 + 12.5 / 200)
    at_even = distribution(PROGRAMME, effect(12.5 / 200), seed=1, assumed=assumed, draws=5)
    assert at_even is not None
    assert at_even.median == pytest.approx(0)


def test_work_that_pays_for_itself_needs_no_hire_and_a_worthless_hire_none_suffices() -> None:
    worked = replace(PROGRAMME, hours_worked=10_000, with_work_value=True)
    assert break_even_hires(worked, fixed(**GIVEN)) == 0
    worthless = fixed(**{**GIVEN, "attrition_micro": 0.9, "turnover_cost_share": 1.0})
    assert break_even_hires(PROGRAMME, worthless) is None
    assert break_even_hire_through(PROGRAMME, effect(), worthless) is None


def test_a_tornado_shows_each_input_alone_the_widest_first() -> None:
    """The benchmark, 1,633 to 6,110, gives 20 x (it + 3,000) / 100,000 - 1; the effect, 0.06 to 0.14, 16 x it - 1."""
    assumed = fixed(**GIVEN) | {"benchmark_cost_per_hire": ASSUMPTIONS["benchmark_cost_per_hire"]}
    assumed["benchmark_cost_per_hire"] = replace(assumed["benchmark_cost_per_hire"], default=5000)
    swings = tornado(PROGRAMME, effect(draws=np.linspace(0.05, 0.15, 1001)), assumed)
    assert [each.name for each in swings] == ["incremental_rate", "benchmark_cost_per_hire"]
    assert (swings[0].at_low, swings[0].at_high) == pytest.approx((0.06 * 16 - 1, 0.14 * 16 - 1))
    assert (swings[1].at_low, swings[1].at_high) == pytest.approx((20 * 4633 / 1e5 - 1, 20 * 9110 / 1e5 - 1))


def test_a_tornado_takes_what_was_measured_to_the_ends_of_its_band() -> None:
    programme = replace(PROGRAMME, micro_leavers=Count(30, 100))
    (swing,) = tornado(programme, effect(), fixed(**GIVEN))
    assert swing.name == "attrition_micro"
    assert swing.at_low > 0.6 > swing.at_high
