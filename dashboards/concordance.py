"""Harrell's concordance of a predictor with an outcome, with a jackknife interval, and the difference of two.

Pure numpy; counted by a table of distinct values, so that no pair is ever written out.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dashboards.intervals import CLUSTERS_NEEDED, Z_95, Interval

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Pairs:
    """What each unit's removal takes away, and the totals: net concordance (concordant - discordant), comparable."""

    net: float
    comparable: float
    net_of: Floats
    comparable_of: Floats

    def without_each(self) -> Floats:
        """Return Somers' D with each group of units left out in turn; NaN where nothing is left to compare."""
        left = self.comparable - self.comparable_of
        found: Floats = np.divide(self.net - self.net_of, left, out=np.full(len(left), np.nan), where=left > 0)
        return found


@dataclass(frozen=True)
class Concordance:
    """How well a predictor orders an outcome: c is 0.5 for a coin and 1 for a perfect order.

    ``interval`` is the 95 % interval of c, None where too little differs to tell.
    """

    c: float
    somers_d: float
    units: int
    comparable_pairs: int
    interval: Interval | None


def concordance(
    predictor: ArrayLike,
    outcome: ArrayLike,
    *,
    is_event: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
) -> Concordance | None:
    """Return Harrell's C of a predictor with an outcome, or None when no two units can be compared.

    All arrays have one entry per unit; a unit with an unknown (NaN) predictor or outcome is left out. Pairs with equal
    outcomes are not compared, equal predictors count one half. ``is_event`` marks outcomes that are times of an event
    (1) or of censoring (0): the earlier of a pair must be an event. Only pairs within one of the ``strata`` are
    compared: employers do not rate alike. The interval leaves out one unit at a time, or, from ten ``clusters`` on,
    one cluster. Harrell et al. (1996), Statistics in Medicine 15; Newson (2006), The Stata Journal 6, 309-334.
    """
    known = known_units(predictor, outcome)
    values, results = np.asarray(predictor, float)[known], np.asarray(outcome, float)[known]
    events = np.ones(len(values)) if is_event is None else np.asarray(is_event, float)[known]
    pairs = comparable_pairs(values, results, events, codes(strata, known), groups(clusters, known))
    if pairs.comparable == 0:
        return None
    somers_d = pairs.net / pairs.comparable
    interval = jackknife_interval(somers_d, pairs.without_each())
    return Concordance(
        (1 + somers_d) / 2,
        somers_d,
        len(values),
        round(pairs.comparable),
        None if interval is None else Interval((1 + interval.low) / 2, (1 + interval.high) / 2),
    )


def better_by(
    predictor: ArrayLike,
    rival: ArrayLike,
    outcome: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
) -> tuple[float, Interval | None] | None:
    """Return by how much c of the predictor exceeds that of a rival on the same units, and the 95 % interval of that.

    Only units with all three known are used. None when no two can be compared.
    """
    known = known_units(predictor, outcome) & known_units(rival, outcome)
    results, apart, who = np.asarray(outcome, float)[known], codes(strata, known), groups(clusters, known)
    both = [
        comparable_pairs(np.asarray(each, float)[known], results, np.ones(len(results)), apart, who)
        for each in (predictor, rival)
    ]
    if both[0].comparable == 0:
        return None
    difference = (both[0].net / both[0].comparable - both[1].net / both[1].comparable) / 2
    spread = standard_error((both[0].without_each() - both[1].without_each()) / 2)
    if spread is None:
        return difference, None
    return difference, Interval(max(-1.0, difference - Z_95 * spread), min(1.0, difference + Z_95 * spread))


def known_units(predictor: ArrayLike, outcome: ArrayLike) -> NDArray[np.bool_]:
    """Return which units have both numbers."""
    known: NDArray[np.bool_] = ~(np.isnan(np.asarray(predictor, float)) | np.isnan(np.asarray(outcome, float)))
    return known


def codes(labels: ArrayLike | None, known: NDArray[np.bool_]) -> Numbers:
    """Return the labels of the known units as numbers from 0; one label for all when there are none."""
    if labels is None:
        return np.zeros(int(known.sum()), np.int64)
    return np.unique(np.asarray(labels)[known], return_inverse=True)[1].astype(np.int64)


def groups(clusters: ArrayLike | None, known: NDArray[np.bool_]) -> Numbers:
    """Return what is left out together: the clusters, or each unit by itself when there are fewer than ten."""
    each = np.arange(int(known.sum()))
    if clusters is None:
        return each
    found = codes(clusters, known)
    return found if len(np.unique(found)) >= CLUSTERS_NEEDED else each


def comparable_pairs(values: Floats, results: Floats, events: Floats, strata: Numbers, who: Numbers) -> Pairs:
    """Compare all pairs within the strata, and say which of them each group of ``who`` has a part in."""
    size = int(who.max()) + 1 if len(who) else 0
    net, comparable = pair_counts(values, results, events, strata)
    # A pair within a group is counted for both of its units, and leaves with the group once.
    inner_net, inner_comparable = pair_counts(values, results, events, joined(strata, who))
    return Pairs(
        float(net.sum()) / 2,
        float(comparable.sum()) / 2,
        np.bincount(who, net - inner_net / 2, size).astype(float),
        np.bincount(who, comparable - inner_comparable / 2, size).astype(float),
    )


def joined(first: Numbers, second: Numbers) -> Numbers:
    """Return one number for each pair of numbers."""
    return np.unique(np.column_stack([first, second]), axis=0, return_inverse=True)[1].astype(np.int64).ravel()


def pair_counts(values: Floats, results: Floats, events: Floats, strata: Numbers) -> tuple[Floats, Floats]:
    """Return for each unit: concordant less discordant pairs, and comparable pairs, with units of its stratum."""
    net, comparable = np.zeros(len(values)), np.zeros(len(values))
    order = np.argsort(strata, kind="stable")
    edges = np.flatnonzero(np.diff(strata[order])) + 1
    for members in np.split(order, edges):
        if len(members) > 1:
            net[members], comparable[members] = stratum_counts(values[members], results[members], events[members])
    return net, comparable


def stratum_counts(values: Floats, results: Floats, events: Floats) -> tuple[Floats, Floats]:
    """Count by a table of predictor x outcome, so that the cost follows the distinct values and not the pairs."""
    levels, row = np.unique(values, return_inverse=True)
    moments, column = np.unique(results, return_inverse=True)
    everyone, happened = (np.zeros((len(levels), len(moments))) for _ in range(2))
    np.add.at(everyone, (row, column), 1)
    np.add.at(happened, (row, column), events)
    # Later: everyone with a greater outcome, and those censored at the same one. Earlier: the events below.
    later = sum_beyond(everyone) + (everyone - happened)
    earlier = sum_before(happened)
    at_event = events * (above_less_below(later)[row, column])
    as_later = -above_less_below(earlier)[row, column] - (1 - events) * above_less_below(happened)[row, column]
    comparable = events * later.sum(0)[column] + earlier.sum(0)[column] + (1 - events) * happened.sum(0)[column]
    return at_event + as_later, comparable


def sum_beyond(table: Floats) -> Floats:
    """Return, for each cell, the sum of its row to the right of it."""
    return np.asarray(table.sum(1, keepdims=True) - np.cumsum(table, axis=1))


def sum_before(table: Floats) -> Floats:
    """Return, for each cell, the sum of its row to the left of it."""
    return np.asarray(np.cumsum(table, axis=1) - table)


def above_less_below(table: Floats) -> Floats:
    """Return, for each cell, the sum of its column in the rows after it less that in the rows before it."""
    running = np.cumsum(table, axis=0)
    return np.asarray((running[-1] - running) - (running - table))


def standard_error(estimates: Floats) -> float | None:
    """Return the jackknife's standard error from the estimates without each group, None where it tells nothing."""
    count = len(estimates)
    if count < 2 or np.isnan(estimates).any():
        return None
    spread = float(np.sqrt((count - 1) / count * ((estimates - estimates.mean()) ** 2).sum()))
    return spread if spread > 1e-12 else None


def jackknife_interval(somers_d: float, estimates: Floats) -> Interval | None:
    """Return the 95 % interval of Somers' D on Fisher's z scale, so that its ends lie within -1 and 1 (Newson 2006)."""
    spread = standard_error(estimates)
    if spread is None or abs(somers_d) >= 1:
        return None
    centre, half = np.arctanh(somers_d), Z_95 * spread / (1 - somers_d**2)
    return Interval(float(np.tanh(centre - half)), float(np.tanh(centre + half)))
