"""Intervals of rates: Wilson's score interval from k and n, deflated where units come in clusters. Pure numpy."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Z_95 = 1.959963984540054
CLUSTERS_NEEDED = 10
"""Below so many clusters the design effect is not estimated: METRICS.md, "Intervals"."""


@dataclass(frozen=True)
class Interval:
    """A 95 % interval of a rate, 0 to 1, and the design effect that widened it (None: too few clusters to tell)."""

    low: float
    high: float
    design_effect: float | None = None


def wilson(successes: float, trials: float, z: float = Z_95) -> Interval | None:
    """Return Wilson's score interval of successes out of trials, or None when there were no trials.

    Wilson (1927), Journal of the American Statistical Association 22. The ends lie within 0 and 1.
    """
    if trials <= 0:
        return None
    rate = successes / trials
    widened = 1 + z**2 / trials
    centre = (rate + z**2 / (2 * trials)) / widened
    half = z / widened * np.sqrt(rate * (1 - rate) / trials + z**2 / (4 * trials**2))
    return Interval(float(max(0.0, centre - half)), float(min(1.0, centre + half)))


def newcombe(successes: float, trials: float, base_successes: float, base_trials: float) -> Interval | None:
    """Return the 95 % interval of a rate less a base rate, from the Wilson intervals of both.

    Newcombe (1998), Statistics in Medicine 17, 873-890, method 10.
    """
    later, base = wilson(successes, trials), wilson(base_successes, base_trials)
    if later is None or base is None:
        return None
    rate, base_rate = successes / trials, base_successes / base_trials
    below = np.hypot(rate - later.low, base.high - base_rate)
    above = np.hypot(later.high - rate, base_rate - base.low)
    return Interval(float(rate - base_rate - below), float(rate - base_rate + above))


def design_effect(successes: Sequence[float], trials: Sequence[float]) -> float | None:
    """Return how many times the variance of the pooled rate exceeds that of independent units, never below 1.

    One entry per cluster. The numerator is the linearised variance of a ratio of cluster totals (Cochran 1977, 6.3).
    None below ten clusters; 1 when the pooled rate is 0 or 1.
    """
    hits, sizes = np.asarray(successes, dtype=float), np.asarray(trials, dtype=float)
    hits, sizes = hits[sizes > 0], sizes[sizes > 0]
    return design_effect_of_sums(
        len(sizes),
        hits.sum(),
        sizes.sum(),
        hit_squares=(hits**2).sum(),
        products=(hits * sizes).sum(),
        size_squares=(sizes**2).sum(),
    )


def design_effect_of_sums(
    clusters: float, hits: float, size: float, *, hit_squares: float, products: float, size_squares: float
) -> float | None:
    """Return the design effect from sums over clusters that have trials: for many groups at once, summed elsewhere.

    ``products`` is the sum of successes times trials.
    """
    if clusters < CLUSTERS_NEEDED:
        return None
    rate = hits / size
    independent = rate * (1 - rate) / size
    if independent == 0:
        return 1.0
    residuals = hit_squares - 2 * rate * products + rate**2 * size_squares
    clustered = clusters / (clusters - 1) * residuals / size**2
    return float(max(1.0, clustered / independent))


def clustered_wilson(successes: Sequence[float], trials: Sequence[float]) -> Interval | None:
    """Return Wilson's interval of the pooled rate with n divided by the design effect of the clusters."""
    total = float(np.sum(trials))
    if total <= 0:
        return None
    return deflated_wilson(float(np.sum(successes)), total, design_effect(successes, trials))


def clustered_wilson_of_sums(clusters: float, hits: float, size: float, **squares: float) -> Interval | None:
    """Return the same interval from sums over the clusters that have trials: those of ``design_effect_of_sums``."""
    return deflated_wilson(hits, size, design_effect_of_sums(clusters, hits, size, **squares)) if size else None


def deflated_wilson(successes: float, trials: float, effect: float | None) -> Interval | None:
    """Return Wilson's interval with both counts divided by a design effect; None of it leaves them as they are."""
    by = effect or 1.0
    interval = wilson(successes / by, trials / by)
    return None if interval is None else Interval(interval.low, interval.high, effect)
