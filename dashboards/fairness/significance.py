"""Whether two shares differ by more than chance: pooled z, Fisher's exact test, Holm's adjustment."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from dashboards.fairness.groups import Group

LEVEL = 0.05
LEAST_EXPECTED = 5
"""Below such an expected cell, chi-square and z are poor: Cochran (1954), Biometrics 10."""

Test = Literal["two-proportion z", "Fisher's exact"]


@dataclass(frozen=True)
class Significance:
    """A two-sided p-value, the test it comes from, and z, which is shown beside either test where it is defined."""

    p_value: float
    test: Test
    z: float | None


def pooled_z(group: Group, other: Group) -> float | None:
    """Return z of the group's share less the other's, with the pooled variance; None where that is zero."""
    units = group.units + other.units
    advanced = group.advanced + other.advanced
    if not group.units or not other.units or advanced in (0, units):
        return None
    pooled = advanced / units
    error = np.sqrt(pooled * (1 - pooled) * (1 / group.units + 1 / other.units))
    return float((group.advanced / group.units - other.advanced / other.units) / error)


def needs_exact_test(group: Group, other: Group) -> bool:
    """Tell whether an expected cell of the two groups' table is below five; whole numbers decide."""
    units = group.units + other.units
    advanced = group.advanced + other.advanced
    least_margin = min(advanced, units - advanced)
    return min(group.units, other.units) * least_margin < LEAST_EXPECTED * units


def compare_shares(group: Group, other: Group) -> Significance | None:
    """Return the two-sided test of equal shares: z, or Fisher's where z is poor; None where a group is empty."""
    if not group.units or not other.units:
        return None
    z = pooled_z(group, other)
    if z is None or needs_exact_test(group, other):
        return Significance(fisher(group, other), "Fisher's exact", z)
    return Significance(float(2 * stats.norm.sf(abs(z))), "two-proportion z", z)


def fisher(group: Group, other: Group) -> float:
    """Return Fisher's exact two-sided p: the tables that are no likelier than this one."""
    table = [[each.advanced, each.units - each.advanced] for each in (group, other)]
    return float(stats.fisher_exact(table).pvalue)


def holm(p_values: Sequence[float]) -> NDArray[np.float64]:
    """Return the p-values adjusted for their number, in their order: Holm (1979), Scand. J. Statistics 6."""
    raw = np.asarray(p_values, dtype=float)
    order = np.argsort(raw, kind="stable")
    stepped = np.maximum.accumulate(raw[order] * np.arange(len(raw), 0, -1))
    adjusted = np.empty_like(raw)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted
