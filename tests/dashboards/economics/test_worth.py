"""What the page says of one programme follows from its parts."""

from dataclasses import replace

import numpy as np
import pytest

from dashboards.economics.assumptions import ASSUMPTIONS, fixed
from dashboards.economics.effects import Effect
from dashboards.economics.roi import Programme, break_even_hire_through, break_even_hires, distribution, tornado
from dashboards.economics.savings import Count
from dashboards.economics.worth import worth

EFFECT = Effect(0.10, 0.02, 0.18, 0.15, 200, 2000, 50, 0, 4.0, 2.5, np.linspace(0.02, 0.18, 50))
PROGRAMME = Programme(200, 100_000, 500, 10, Count(10, 40), Count(60, 120), hires=12)


def test_the_parts_are_those_of_the_formulas() -> None:
    found = worth(PROGRAMME, EFFECT, ASSUMPTIONS, seed=7)
    drawn = distribution(PROGRAMME, EFFECT, seed=7)
    assert drawn is not None
    assert found.distribution is not None
    assert found.distribution.median == drawn.median
    assert found.swings == tuple(tornado(PROGRAMME, EFFECT))
    assert found.break_even_hires == break_even_hires(PROGRAMME)
    assert found.break_even_hire_through == break_even_hire_through(PROGRAMME, EFFECT)


def test_incremental_hires_are_the_effect_times_the_chosen() -> None:
    """200 chosen x 0.10 (0.02 to 0.18)."""
    added = worth(PROGRAMME, EFFECT, ASSUMPTIONS, seed=1).incremental_hires
    assert added is not None
    assert (added.value, added.low, added.high) == pytest.approx((20, 4, 36))


def test_misfits_take_the_cost_of_a_leaver_that_is_set() -> None:
    """12 hires x (60/120 - 10/40) x 0.2 x 50,000 = 30,000."""
    found = worth(PROGRAMME, EFFECT, fixed(turnover_cost_share=0.2, first_year_pay=50_000), seed=1).misfits
    assert found is not None
    assert found.usd == pytest.approx(30_000)
    unseen = replace(PROGRAMME, micro_leavers=None)
    assert worth(unseen, EFFECT, ASSUMPTIONS, seed=1).misfits is None


def test_a_swing_says_between_which_values_its_input_moved() -> None:
    swing = next(
        each for each in worth(PROGRAMME, EFFECT, ASSUMPTIONS, seed=1).swings if each.name == "supervisor_hours"
    )
    assert (swing.low, swing.high) == (0.5, 5)
    assert swing.at_low > swing.at_high


def test_what_cannot_be_said_is_none() -> None:
    alone = worth(PROGRAMME, None, ASSUMPTIONS, seed=1)
    assert (alone.distribution, alone.incremental_hires, alone.swings) == (None, None, ())
    free = worth(replace(PROGRAMME, cost_usd=0.0, engagements_without_time=0), EFFECT, ASSUMPTIONS, seed=1)
    assert (free.distribution, free.break_even_hires) == (None, None)
    assert free.is_mature
    assert not worth(Programme(0, 0.0), EFFECT, ASSUMPTIONS, seed=1).is_mature


def test_confounding_is_judged_by_what_the_reader_takes_as_plausible() -> None:
    assert worth(PROGRAMME, EFFECT, fixed(plausible_confounding=2.6), seed=1).is_explained_away
    assert not worth(PROGRAMME, EFFECT, fixed(plausible_confounding=2.4), seed=1).is_explained_away
