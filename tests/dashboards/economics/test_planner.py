"""The planner's numbers are those of METRICS.md, "Intervals", and of statsmodels."""

from dataclasses import replace

import pytest
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import proportion_effectsize

from dashboards.economics.planner import (
    PlanError,
    Standing,
    completers_needed,
    detectable_difference,
    outlook,
    plan,
)
from dashboards.economics.planner import half_width as planned_half_width
from dashboards.intervals import wilson


@pytest.mark.parametrize(("rate", "completers"), [(0.05, 82), (0.10, 141), (0.50, 381)])
def test_five_points_either_way_need_so_many_completers(rate: float, completers: int) -> None:
    assert completers_needed(rate, 0.05) == completers


def half_width(rate: float, trials: int) -> float:
    interval = wilson(int(rate * trials + 0.5), trials)
    assert interval is not None
    return (interval.high - interval.low) / 2


@pytest.mark.parametrize("rate", [0.0, 0.03, 0.08, 0.31, 0.5, 0.97, 1.0])
@pytest.mark.parametrize("margin", [0.02, 0.05, 0.11])
def test_it_is_the_smallest_number_whose_wilson_interval_is_narrow_enough(rate: float, margin: float) -> None:
    needed = completers_needed(rate, margin)
    assert half_width(rate, needed) <= margin
    assert all(half_width(rate, fewer) > margin for fewer in range(1, needed))


def test_projects_are_completers_over_fill_and_completion() -> None:
    """141 / (0.75 x 0.94) = 200 exactly; 82 / (0.6 x 0.9) = 151.85."""
    assert plan(0.10, 0.05, fill_rate=0.75, completion_rate=0.94).projects == 200
    assert plan(0.05, 0.05, fill_rate=0.6, completion_rate=0.9).projects == 152


@pytest.mark.parametrize(("rate", "margin", "fill"), [(1.2, 0.05, 0.5), (0.1, 0, 0.5), (0.1, 0.05, 0), (0.5, 1e-5, 1)])
def test_a_plan_that_nothing_can_meet_says_so(rate: float, margin: float, fill: float) -> None:
    with pytest.raises(PlanError, match="Expected"):
        plan(rate, margin, fill_rate=fill, completion_rate=0.9)


STANDING = Standing(
    rate=0.10, have=40, waiting=11, fill_rate=0.75, completion_rate=0.8, cost_usd=500, projects_a_year=60
)


def test_what_is_still_missing_costs_its_completions_and_takes_its_time() -> None:
    """141 - 40 - 11 = 90 completers; / (0.75 x 0.8) = 150 projects; 90 x 500 USD; 150 at five a month are 30 months."""
    found = outlook(STANDING, 0.05)
    assert (found.needed, found.missing, found.projects) == (141, 90, 150)
    assert found.cost_usd == pytest.approx(45_000)
    assert found.months == pytest.approx(30)
    assert not found.is_reached


def test_those_inside_their_window_need_no_project() -> None:
    found = outlook(replace(STANDING, waiting=101), 0.05)
    assert (found.missing, found.projects, found.cost_usd, found.months) == (0, 0, 0, 0)
    assert found.is_reached


def test_without_a_project_in_the_year_there_is_no_pace() -> None:
    assert outlook(replace(STANDING, projects_a_year=0), 0.05).months is None


@pytest.mark.parametrize("rate", [0.0, 0.08, 0.5, 1.0])
@pytest.mark.parametrize("trials", [1, 12, 309])
def test_the_margin_of_so_many_is_wilson_s(rate: float, trials: int) -> None:
    assert planned_half_width(rate, trials) == pytest.approx(half_width(rate, trials))
    assert planned_half_width(rate, 0) is None


@pytest.mark.parametrize("base", [0.02, 0.1, 0.33, 0.6])
@pytest.mark.parametrize("trials", [30, 150, 2000])
def test_the_smallest_lift_is_found_four_times_in_five_says_statsmodels(base: float, trials: int) -> None:
    """One sample against a fixed rate: ratio 0. The far tail, which statsmodels counts too, is below 1e-6."""
    lift = detectable_difference(base, trials)
    assert lift is not None
    size = proportion_effectsize(base + lift, base)
    power = NormalIndPower().power(size, nobs1=trials, alpha=0.05, ratio=0, alternative="two-sided")
    assert power == pytest.approx(0.8, abs=1e-5)


def test_too_few_units_show_no_lift_at_all() -> None:
    assert detectable_difference(0.5, 0) is None
    assert detectable_difference(0.9, 3) is None
    with pytest.raises(PlanError, match="from 0 to 1"):
        detectable_difference(1.2, 10)
