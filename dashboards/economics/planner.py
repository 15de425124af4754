"""How many completers, and so how many projects, a rate needs before its interval is narrow enough."""

import math
from dataclasses import dataclass

import numpy as np

from dashboards.intervals import Z_95

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
    if not 0 < fill_rate <= 1 or not 0 < completion_rate <= 1:
        raise PlanError("fill and completion rates above 0 and at most 1", (fill_rate, completion_rate))
    completers = completers_needed(rate, margin)
    return Plan(completers, math.ceil(completers / (fill_rate * completion_rate) - 1e-9))
