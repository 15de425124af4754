"""Bands of a platform's curve, where units come in clusters: the cluster bootstrap. Pure numpy.

The curve itself, and its variance for independent units, come from the published macro ``marts.cumulative_incidence``;
here employers are drawn anew, and what their completers' counts then make of the curve says how far it may be off.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dashboards.intervals import CLUSTERS_NEEDED, Z_95

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DRAWS = 400
CELLS_AT_ONCE = 4_000_000
"""Cluster x day counts are made for so many cells at a time: 32 MB each."""


@dataclass(frozen=True)
class Units:
    """Who is followed, one entry each: days of late entry (0 from the start) and of exit, event code, cluster.

    Event 1 is the one that is drawn, every other above 0 competes, 0 is censored. Clusters are numbered from 0.
    """

    entry_days: Ints
    exit_days: Ints
    event_code: Ints
    cluster: Ints

    @classmethod
    def of(cls, entry_days: ArrayLike, exit_days: ArrayLike, event_code: ArrayLike, cluster: ArrayLike) -> "Units":
        """Return the units that were watched at all, with their clusters numbered in the order of their names."""
        entry, leave, event = (np.asarray(each, dtype=np.int64) for each in (entry_days, exit_days, event_code))
        watched = leave > entry
        _, number = np.unique(np.asarray(cluster)[watched], return_inverse=True)
        return cls(entry[watched], leave[watched], event[watched], number.astype(np.int64))

    @property
    def cluster_count(self) -> int:
        return int(self.cluster.max()) + 1 if len(self.cluster) else 0


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


def clustered_variance(units: Units, days: ArrayLike, draws: int = DRAWS, seed: int = 0) -> Floats | None:
    """Return the variance of the cumulative incidence on each day when whole clusters are drawn with replacement.

    Efron and Tibshirani (1993), chapter 6; times C / (C - 1), since drawing from C clusters understates by as much.
    None below ten clusters, which say too little about how clusters differ.
    """
    clusters = units.cluster_count
    if clusters < CLUSTERS_NEEDED:
        return None
    weights = np.random.default_rng(seed).multinomial(clusters, np.full(clusters, 1 / clusters), size=draws)
    replicates = weighted_incidences(units, days, weights)
    return np.asarray(replicates.var(axis=0, ddof=1) * clusters / (clusters - 1))


def log_log_band(incidence: ArrayLike, variance: ArrayLike) -> tuple[Floats, Floats]:
    """Return the 95 % band of shares from 0 to 1 on the log(-log) scale; NaN where the share is 0 or 1."""
    share = np.asarray(incidence, dtype=np.float64)
    inside = (share > 0) & (share < 1)
    safe = np.where(inside, share, 0.5)
    half = Z_95 * np.sqrt(np.asarray(variance, dtype=np.float64)) / (safe * np.log(safe))
    low, high = safe ** np.exp(-half), safe ** np.exp(half)
    return np.where(inside, low, np.nan), np.where(inside, high, np.nan)


def clustered_band(
    units: Units, days: ArrayLike, incidence: ArrayLike, variance: ArrayLike, draws: int = DRAWS, seed: int = 0
) -> tuple[Floats, Floats] | None:
    """Return the 95 % band of a curve whose units come in clusters, or None below ten clusters.

    ``incidence`` and ``variance`` are the macro's, on the same days. Clusters widen the band and never narrow it, as
    with the design effect of a rate.
    """
    clustered = clustered_variance(units, days, draws, seed)
    if clustered is None:
        return None
    return log_log_band(incidence, np.maximum(clustered, np.asarray(variance, dtype=np.float64)))


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
