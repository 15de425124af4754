"""The cluster bootstrap: what the closed form of ``dashboards.bands`` is held against."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dashboards.bands import CELLS_AT_ONCE, Floats, Ints, Units

DRAWS = 400


def weighted_incidences(units: Units, days: ArrayLike, weights: ArrayLike) -> Floats:
    """Return the cumulative incidence of event 1 on each of the days, for each way to weigh the clusters.

    ``weights`` is draws x clusters, how often each cluster counts; the answer is draws x days, 0 where nobody counts.
    Aalen and Johansen (1978), with the risk set of the published macro: entry < day <= exit.
    """
    weighed = np.atleast_2d(np.asarray(weights, dtype=np.float64))
    asked = np.asarray(days, dtype=np.int64)
    is_step = (units.event_code > 0) & (units.exit_days <= asked.max(initial=0))
    event_days = np.unique(units.exit_days[is_step])
    at_risk, events, hits = np.split(_weighed_counts(units, event_days, weighed), 3, axis=1)
    occupied = at_risk > 0
    left = 1 - np.divide(events, at_risk, out=np.zeros_like(events), where=occupied)
    before = np.cumprod(np.hstack([np.ones((len(weighed), 1)), left[:, :-1]]), axis=1)
    steps = np.divide(before * hits, at_risk, out=np.zeros_like(hits), where=occupied)
    so_far = np.hstack([np.zeros((len(weighed), 1)), np.cumsum(steps, axis=1)])
    return np.asarray(so_far[:, np.searchsorted(event_days, asked, side="right")])


def bootstrapped_variance(units: Units, days: ArrayLike, draws: int = DRAWS, seed: int = 0) -> Floats:
    """Return the variance of the cumulative incidence on each day when whole clusters are drawn with replacement.

    Efron and Tibshirani (1993), chapter 6; times C / (C - 1), since drawing from C clusters understates by as much.
    """
    clusters = units.cluster_count
    weights = np.random.default_rng(seed).multinomial(clusters, np.full(clusters, 1 / clusters), size=draws)
    replicates = weighted_incidences(units, days, weights)
    return np.asarray(replicates.var(axis=0, ddof=1) * clusters / (clusters - 1))


def _weighed_counts(units: Units, days: Ints, weights: Floats) -> Floats:
    """Return draws x (3 x days): at risk, events of any kind, events 1; a block of clusters at a time."""
    total = np.zeros((len(weights), 3 * len(days)))
    block = max(1, CELLS_AT_ONCE // max(1, len(days)))
    order = np.argsort(units.cluster, kind="stable")
    for first in range(0, units.cluster_count, block):
        last = min(first + block, units.cluster_count)
        start, end = np.searchsorted(units.cluster[order], (first, last))
        total += weights[:, first:last] @ _counts(units, order[start:end], first, last - first, days)
    return total


def _counts(units: Units, chosen: Ints, first: int, clusters: int, days: Ints) -> Floats:
    """Return clusters x (3 x days) of the chosen units: at risk, events of any kind, events 1."""
    size = len(days) + 1  # the last column takes what happens after the last of the days
    rows = (units.cluster[chosen] - first) * size

    def spread(columns: Ints, counted: NDArray[np.bool_] | None = None) -> Floats:
        cells = rows + columns if counted is None else (rows + columns)[counted]
        return np.bincount(cells, minlength=clusters * size).reshape(clusters, size)[:, :-1].astype(np.float64)

    event = units.event_code[chosen]
    entered = np.searchsorted(days, units.entry_days[chosen], side="right")
    left = np.searchsorted(days, units.exit_days[chosen], side="right")
    at = np.searchsorted(days, units.exit_days[chosen], side="left")
    at_risk = np.cumsum(spread(entered) - spread(left), axis=1)
    return np.hstack([at_risk, spread(at, event > 0), spread(at, event == 1)])
