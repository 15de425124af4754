"""The planner's numbers are those of METRICS.md, "Intervals"."""

import pytest

from dashboards.economics.planner import PlanError, completers_needed, plan
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
