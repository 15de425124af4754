"""Return on investment as a distribution: what was measured is resampled, what is assumed is drawn from its range."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.stats import beta

from dashboards.economics.assumptions import ASSUMPTIONS, Assumption
from dashboards.economics.comparison import Floats
from dashboards.economics.effects import Effect
from dashboards.economics.savings import Count

DRAWS = 10_000
BAND = (0.1, 0.9)
MEASURED = ("attrition_micro", "attrition_comparison")
EFFECT = "incremental_rate"

Values = Mapping[str, Floats]
"""Name of an assumption, or ``incremental_rate`` -> values (b)."""


@dataclass(frozen=True)
class Programme:
    """What the cohort came to: persons chosen, what it cost, hours worked, and who left within a year.

    ``cohort.programme`` makes one from the marts. ``chosen`` are persons and hosts, each counted once, as in the
    comparison that the effect comes from; ``hires`` are those of them hired within 365 days of completing.
    ``engagements_without_time`` are those for which nobody reported supervising and screening: their time is assumed.
    Attritions that were not observed are None, and then assumed too.
    """

    chosen: int
    cost_usd: float
    hours_worked: float = 0.0
    engagements_without_time: int = 0
    micro_leavers: Count | None = None
    comparison_leavers: Count | None = None
    with_work_value: bool = False
    hires: int = 0

    @property
    def cost_per_hire_usd(self) -> float | None:
        """Return the reported cost per hire of the cohort; None without a hire. Unreported time is not in it."""
        return self.cost_usd / self.hires if self.hires else None

    @property
    def leavers(self) -> dict[str, Count]:
        """Return what was observed of one-year attrition, by the name of the assumption that it replaces."""
        pairs = zip(MEASURED, (self.micro_leavers, self.comparison_leavers), strict=True)
        return {name: count for name, count in pairs if count is not None and count.units > 0}


@dataclass(frozen=True)
class Distribution:
    """ROI over the draws: median, 80 % band, and how often it is above zero."""

    median: float
    low: float
    high: float
    probability_positive: float
    draws: Floats


@dataclass(frozen=True)
class Swing:
    """ROI with one input at its ``low`` and its ``high``, all others at their centre."""

    name: str
    at_low: float
    at_high: float
    low: float
    high: float

    @property
    def width(self) -> float:
        """Return how far the input moves ROI."""
        return abs(self.at_high - self.at_low)


def cost_usd(programme: Programme, values: Values) -> Floats:
    """Return the programme's cost (b), with assumed time where none was reported."""
    time = values["supervisor_hours"] * values["supervisor_rate"]
    time = time + values["screening_hours"] * values["screening_rate"]
    return np.asarray(programme.cost_usd + programme.engagements_without_time * time)


def worth_of_a_hire_usd(values: Values) -> Floats:
    """Return what one incremental hire is worth (b): the benchmark's cost, and leavers who did not have to be lost."""
    fit = values["attrition_comparison"] - values["attrition_micro"]
    turnover = values["turnover_cost_share"] * values["first_year_pay"]
    return np.asarray(values["benchmark_cost_per_hire"] + fit * turnover)


def work_value_usd(programme: Programme, values: Values) -> Floats:
    """Return the value of the work (b): 0 unless it is switched on."""
    return np.asarray(programme.with_work_value * programme.hours_worked * values["work_rate"])


def roi(programme: Programme, values: Values) -> Floats:
    """Return ROI (b) after ROI_FORMULA; the cost must not be 0."""
    hires = programme.chosen * values[EFFECT]
    benefit = hires * worth_of_a_hire_usd(values) + work_value_usd(programme, values)
    return np.asarray(benefit / cost_usd(programme, values) - 1)


def centre(programme: Programme, rate: float, assumed: Mapping[str, Assumption]) -> dict[str, Floats]:
    """Return every input at its estimate or default, as arrays of one."""
    middle = {name: np.array([row.default]) for name, row in assumed.items()}
    seen = {name: np.array([count.events / count.units]) for name, count in programme.leavers.items()}
    return {**middle, **seen, EFFECT: np.array([rate])}


def draw(programme: Programme, effect: Effect, assumed: Mapping[str, Assumption], *, seed: int, draws: int) -> Values:
    """Draw every input (b): the effect from its bootstrap, attrition from Beta(k + 1/2, n - k + 1/2), the rest assumed.

    An assumed value follows a triangle from its low to its high with its peak at the default; without a range it stays.
    """
    rng = np.random.default_rng(seed)
    values: dict[str, Floats] = {EFFECT: rng.choice(effect.draws, draws)}
    for name, row in assumed.items():
        count = programme.leavers.get(name)
        if count is not None:
            values[name] = rng.beta(count.events + 0.5, count.units - count.events + 0.5, draws)
        elif row.low < row.high:
            values[name] = rng.triangular(row.low, row.default, row.high, draws)
        else:
            values[name] = np.full(draws, row.default)
    return values


def distribution(
    programme: Programme,
    effect: Effect,
    *,
    seed: int,
    assumed: Mapping[str, Assumption] = ASSUMPTIONS,
    draws: int = DRAWS,
) -> Distribution | None:
    """Return ROI as a distribution; None for a programme that cost nothing. The same seed gives the same draws."""
    values = draw(programme, effect, assumed, seed=seed, draws=draws)
    if not (cost_usd(programme, values) > 0).all():
        return None
    found = roi(programme, values)
    low, median, high = np.quantile(found, [BAND[0], 0.5, BAND[1]])
    return Distribution(float(median), float(low), float(high), float((found > 0).mean()), found)


def break_even_hires(programme: Programme, assumed: Mapping[str, Assumption] = ASSUMPTIONS) -> float | None:
    """Return the incremental hires at which ROI is 0, at the centre; None where a hire is worth nothing."""
    values = centre(programme, 0.0, assumed)
    worth = float(worth_of_a_hire_usd(values)[0])
    if worth <= 0:
        return None
    return max(float((cost_usd(programme, values) - work_value_usd(programme, values))[0]), 0.0) / worth


def break_even_hire_through(
    programme: Programme, effect: Effect, assumed: Mapping[str, Assumption] = ASSUMPTIONS
) -> float | None:
    """Return the share of the chosen who must be hired for ROI to be 0: the counterfactual rate plus what is missing.

    Above 1 no hire-through pays for the programme.
    """
    hires = break_even_hires(programme, assumed)
    return None if hires is None or programme.chosen == 0 else effect.counterfactual_rate + hires / programme.chosen


def tornado(programme: Programme, effect: Effect, assumed: Mapping[str, Assumption] = ASSUMPTIONS) -> list[Swing]:
    """Return what each input does to ROI on its own, widest first; inputs that move nothing are left out.

    Assumptions go to the ends of their ranges; what was measured to the ends of its 80 % band.
    """
    middle = centre(programme, effect.difference, assumed)
    if float(cost_usd(programme, middle)[0]) <= 0:
        return []
    ends = {name: (row.low, row.high) for name, row in assumed.items()}
    for name, count in programme.leavers.items():
        ends[name] = _beta_band(count)
    low, high = np.quantile(effect.draws, BAND)
    ends[EFFECT] = (float(low), float(high))
    swings = []
    for name, pair in ends.items():
        at_low, at_high = (float(roi(programme, {**middle, name: np.array([end])})[0]) for end in pair)
        swings.append(Swing(name, at_low, at_high, *pair))
    return sorted((each for each in swings if each.width > 0), key=lambda each: -each.width)


def _beta_band(count: Count) -> tuple[float, float]:
    """Return the 80 % band of Beta(k + 1/2, n - k + 1/2)."""
    low, high = beta.ppf(BAND, count.events + 0.5, count.units - count.events + 0.5)
    return float(low), float(high)
