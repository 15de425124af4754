"""How many completers, and so how many projects, a rate needs before its interval is narrow enough.

And what so many completers can tell apart: the smallest difference that a test would find four times in five.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from dashboards.intervals import Z_95

POWER = 0.8
MONTHS_A_YEAR = 12


@dataclass(frozen=True)
class StandIn:
    """A value for want of an own one, and where it is from."""

    value: float
    source: str


STAND_INS: Mapping[str, StandIn] = {
    "rate": StandIn(0.5, "nothing known: 50 % needs the most completers of all rates"),
    "fill_rate": StandIn(0.65, "assumed: 50 to 80 % of projects are filled; ours"),
    "completion_rate": StandIn(0.92, "assumed: 90 to 95 % of those accepted complete; ours"),
    "cost_usd": StandIn(556.0, "assumed: mean fee of 360 (published, about 2021), 2 h at 62 and 1.5 h at 48"),
}
"""Name of an input -> what stands in for it; the time is that of the ROI page's assumptions."""

MOST_COMPLETERS = 1_000_000
FIRST_GUESS = 1024


class PlanError(ValueError):
    """A plan that no number of completers can meet, or that makes no sense."""

    def __init__(self, expected: str, found: object) -> None:
        super().__init__(f"Expected {expected}, found {found}.")


@dataclass(frozen=True)
class Plan:
    """What it takes: completers seen for the whole window, and projects to be posted for them."""

    completers: int
    projects: int


def half_widths(
    rate: float, trials: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return half the width of Wilson's interval at k = round(rate x n), for each n."""
    shares = np.floor(rate * trials + 0.5) / trials
    half = Z_95 * np.sqrt(shares * (1 - shares) / trials + Z_95**2 / (4 * trials**2))
    return np.asarray(half / (1 + Z_95**2 / trials))


def completers_needed(rate: float, margin: float) -> int:
    """Return the smallest n whose 95 % Wilson half-width at k = round(rate x n) is at most the margin."""
    if not 0 <= rate <= 1 or not 0 < margin < 1:
        raise PlanError("a rate from 0 to 1 and a margin between 0 and 1", (rate, margin))
    most = FIRST_GUESS
    while most <= 2 * MOST_COMPLETERS:
        fits = half_widths(rate, np.arange(1, most + 1, dtype=np.float64)) <= margin
        if fits.any():
            return int(fits.argmax()) + 1
        most *= 8
    raise PlanError(f"a margin that {MOST_COMPLETERS} completers can reach", margin)


def plan(rate: float, margin: float, *, fill_rate: float, completion_rate: float) -> Plan:
    """Return the completers needed and the projects that bring them: n / (fill x completion), rounded up."""
    completers = completers_needed(rate, margin)
    return Plan(completers, projects_for(completers, fill_rate, completion_rate))


def projects_for(completers: int, fill_rate: float, completion_rate: float) -> int:
    """Return how many projects bring so many completers: n / (fill x completion), rounded up."""
    if not 0 < fill_rate <= 1 or not 0 < completion_rate <= 1:
        raise PlanError("fill and completion rates above 0 and at most 1", (fill_rate, completion_rate))
    return math.ceil(completers / (fill_rate * completion_rate) - 1e-9)


@dataclass(frozen=True)
class Standing:
    """Where an employer stands: its rate, those seen for the whole window, those still in it, and its ways.

    ``completion_rate`` is 1 where the rate is that of completing itself. ``projects_a_year`` were posted in the
    twelve months before as_of.
    """

    rate: float
    have: int
    waiting: int
    fill_rate: float
    completion_rate: float
    cost_usd: float
    projects_a_year: int


@dataclass(frozen=True)
class Outlook:
    """What a margin still takes: ``missing`` completers come from ``projects`` at ``cost_usd`` over ``months``.

    ``months`` is None where no project was posted within the year.
    """

    margin: float
    needed: int
    missing: int
    projects: int
    cost_usd: float
    months: float | None

    @property
    def is_reached(self) -> bool:
        """Tell whether nothing more needs to be posted."""
        return self.missing == 0


def outlook(standing: Standing, margin: float) -> Outlook:
    """Return what is still to be done for a margin; those still in their window count without another project.

    The cost is that of the projects' completions: what is not filled costs no fee.
    """
    needed = completers_needed(standing.rate, margin)
    missing = max(needed - standing.have - standing.waiting, 0)
    projects = projects_for(missing, standing.fill_rate, standing.completion_rate)
    pace = standing.projects_a_year / MONTHS_A_YEAR
    months = 0.0 if projects == 0 else projects / pace if pace else None
    completed = projects * standing.fill_rate * standing.completion_rate
    return Outlook(margin, needed, missing, projects, completed * standing.cost_usd, months)


def half_width(rate: float, trials: int) -> float | None:
    """Return half the width of Wilson's interval of so many units; None without any."""
    return float(half_widths(rate, np.array([float(trials)]))[0]) if trials else None


def detectable_difference(base: float, trials: int, power: float = POWER) -> float | None:
    """Return by how much a rate must exceed a given one for n units to show it: two-sided 5 %, power 80 %.

    Cohen (1988), Statistical Power Analysis, 6.4: the arcsine difference h of (z + z) / sqrt(n) against a fixed rate.
    None without units, and where not even a rate of 1 would do.
    """
    if not 0 <= base <= 1:
        raise PlanError("a rate from 0 to 1", base)
    if trials <= 0:
        return None
    h = (Z_95 + float(norm.ppf(power))) / math.sqrt(trials)
    angle = math.asin(math.sqrt(base)) + h / 2
    return None if angle > math.pi / 2 else math.sin(angle) ** 2 - base
