"""The ROI page's paragraph over a product of states: each sentence agrees with the numbers that it stands on."""

import re
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from dashboards.economics.assumptions import ASSUMPTIONS, Assumption, assumptions, fixed
from dashboards.economics.effects import Effect
from dashboards.economics.roi import Programme
from dashboards.economics.savings import Count
from dashboards.economics.worth import Worth, worth
from dashboards.findings.roi import VERDICTS, no_return, summary, verdict

SEED = 3


def effect(difference: float, spread: float, treated_rate: float, e_of_limit: float, projects: int = 80) -> Effect:
    draws = np.random.default_rng(SEED).normal(difference, spread, 400)
    return Effect(
        difference=difference,
        low=difference - 1.96 * spread,
        high=difference + 1.96 * spread,
        treated_rate=treated_rate,
        treated=100,
        passed_over=500,
        projects=projects,
        treated_alone=0,
        e_value=max(e_of_limit, 1.0) + 1,
        e_value_of_limit=e_of_limit,
        draws=draws,
    )


EFFECTS: dict[str, Effect | None] = {
    "none": None,
    "nobody hired": replace(effect(0.0, 0.0, 0.0, 1.0), draws=np.zeros(10)),
    "thin": effect(0.10, 0.02, 0.15, 4.0, projects=9),
    "strong": effect(0.10, 0.02, 0.15, 6.0),
    "weak": effect(0.05, 0.02, 0.15, 1.4),
    "any strength": effect(0.10, 0.02, 0.10, float("inf")),
    "covers zero": effect(0.02, 0.03, 0.05, 1.0),
    "harmful": effect(-0.05, 0.01, 0.02, 1.8),
}
MOST = Programme(400, 200_000.0, 9_000.0, 20, Count(12, 40), Count(60, 130), hires=30)
PROGRAMMES = {
    "nothing": Programme(0, 0.0),
    "usual": MOST,
    "free": replace(MOST, cost_usd=0.0, engagements_without_time=0),
    "dear": replace(MOST, cost_usd=5_000_000.0),
    "cheap": replace(MOST, cost_usd=30_000.0),
    "nobody new": replace(MOST, chosen=0, hires=0),
    "unseen": replace(MOST, micro_leavers=None, comparison_leavers=Count(0, 0)),
}
WORTHLESS = {"benchmark_cost_per_hire": 0.0, "turnover_cost_share": 0.0}
ASSUMED: dict[str, dict[str, Assumption]] = {
    "default": dict(ASSUMPTIONS),
    "worthless": fixed(**WORTHLESS),
    "trusting": assumptions(plausible_confounding=1.0),
    "generous": assumptions(benchmark_cost_per_hire=60_000.0),
}
STATES = list(product(PROGRAMMES, EFFECTS, ASSUMED, (False, True)))


def state(programme: str, effect: str, assumed: str, with_work_value: bool) -> Worth:
    chosen = replace(PROGRAMMES[programme], with_work_value=with_work_value)
    return worth(chosen, EFFECTS[effect], ASSUMED[assumed], seed=SEED)


@pytest.mark.parametrize("names", STATES, ids=str)
def test_each_sentence_agrees_with_the_numbers(names: tuple[str, str, str, bool]) -> None:
    found = state(*names)
    said = summary(found)
    text = f"{said.title} {said.summary}"
    assert not re.search(r"\bnan\b|\binf\b|None|\{|  |-0\.0\b", text)
    if not found.is_mature:
        assert "too early" in said.title.lower()
        return
    if found.effect is None:
        assert said.title.startswith("No comparison")
        assert "break" not in text
        assert "onfounding" not in text
    else:
        agree_on_the_effect(found, text)
    agree_on_the_verdict(found, said.title, text)
    agree_on_the_break_even(found, text)
    assert ("The value of the work is counted" in text) == found.programme.with_work_value
    assert ("changed:" in text) == bool(found.changed)


def agree_on_the_effect(found: Worth, text: str) -> None:
    assert found.effect is not None
    is_nobody = found.effect.treated_rate == 0 and found.effect.low == found.effect.high == 0
    assert ("Nobody in the comparison was hired" in text) == is_nobody
    warns = found.effect.e_value_of_limit <= found.plausible_confounding
    assert ("onfounding could" in text) == warns
    covers = found.effect.low <= 0 <= found.effect.high and not is_nobody
    assert ("covers zero" in text) == covers
    assert ("hired less often" in text) == (found.effect.high < 0)
    assert ("fewer than 10" in text) == found.effect.is_thin
    if not is_nobody:
        assert f"{round(found.effect.difference * 100, 1) + 0.0:+.1f} points" in text


def agree_on_the_verdict(found: Worth, title: str, text: str) -> None:
    if found.effect is None or found.distribution is None:
        assert "pays" not in text
        assert "does not pay" not in text
        assert "ROI has" not in text
        return
    share = found.distribution.probability_positive
    if share < 0.5:
        assert "pays" not in text
    if share > 0.5:
        assert "not pay" not in text
    assert ("not simply the better ones" in title) == (
        share > 0.5 and found.is_explained_away and not found.effect.is_thin
    )
    if found.effect.is_thin:
        assert "pays" not in text
        assert "Too few to judge" in title
    else:
        assert verdict(share) in title
    said = re.search(r"above zero in (every draw|no draw|>99 %|<1 %|(\d+) %)", text)
    assert said is not None
    if said[1] in ("every draw", "no draw"):
        assert share == (said[1] == "every draw")
    elif said[2]:
        assert abs(int(said[2]) / 100 - share) <= 0.0051
    else:
        assert share > 0.99 if said[1][0] == ">" else 0 < share < 0.01


def agree_on_the_break_even(found: Worth, text: str) -> None:
    if found.distribution is None:
        assert "break" not in text
        return
    assert ("a hire is worth nothing" in text) == (found.break_even_hires is None)
    assert ("alone covers the cost" in text) == (found.break_even_hires == 0)
    if found.break_even_hires and found.break_even_hire_through is not None:
        assert ("would not bring" in text) == (found.break_even_hire_through > 1)
        assert f"{found.break_even_hires:,.1f} incremental hires" in text


def test_the_states_reach_every_verdict_and_every_branch() -> None:
    """The product is no proof if it holds one kind of state only."""
    told = [summary(state(*names)) for names in STATES]
    texts = [f"{each.title} {each.summary}" for each in told]
    for words in (
        *(words for _, words in VERDICTS),
        "Too early",
        "No comparison",
        "No cost",
        "Too few to judge",
        "every draw",
        "no draw",
        "would not bring",
        "alone covers the cost",
        "a hire is worth nothing",
        "Nobody new was chosen",
        "stronger than plausible",
        "No finite confounding",
        "the interval allows for none",
        "is enough, and up to",
        "less often than those passed over",
        "were changed",
        "was changed",
        "no cost reported",
        "not simply the better ones",
    ):
        assert any(words in text for text in texts), words


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (1.0, "almost surely pays"),
        (0.95, "almost surely pays"),
        (0.94, "probably pays"),
        (0.51, "more likely pays"),
        (0.5, "more likely than not does not pay"),
        (0.1, "probably does not pay"),
        (0.0, "almost surely does not pay"),
    ],
)
def test_the_words_follow_the_probability(probability: float, words: str) -> None:
    assert verdict(probability).startswith(words)


def test_what_is_missing_for_a_return_is_named() -> None:
    assert no_return(state("nothing", "strong", "default", False))[0] == "Nothing is mature yet"
    assert no_return(state("usual", "none", "default", False))[0] == "Nothing to compare with"
    assert no_return(state("free", "strong", "default", False))[0] == "No cost in these months"
