"""Two groups compared within strata, such as projects: Mantel-Haenszel odds ratio and Cochran's test.

A stratum is the table [[a, b], [c, d]]: the group's advanced and not, then the other group's. All that the estimates
need are sums over strata, which the mart agg_selection_strata holds; tables give the same sums.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from dashboards.intervals import Z_95, Interval


class StrataShapeError(ValueError):
    """The tables are not of shape (strata, 2, 2)."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        super().__init__(f"Expected tables of shape (strata, 2, 2); found {shape}.")


@dataclass(frozen=True)
class StrataSums:
    """Sums over strata of n units; strata in which one group is missing, or nobody or everybody advanced, add nothing.

    ``observed``, ``expected`` and ``variance`` are of a, given the margins (hypergeometric).
    """

    observed: float
    expected: float
    variance: float
    concordant: float
    """ad / n"""
    discordant: float
    """bc / n"""
    concordant_variance: float
    """(a + d) ad / n^2"""
    mixed_variance: float
    """((a + d) bc + (b + c) ad) / n^2"""
    discordant_variance: float
    """(b + c) bc / n^2"""


@dataclass(frozen=True)
class Stratified:
    """The common odds ratio with its 95 % interval, and the test that it is one; None where not defined."""

    odds_ratio: float | None
    interval: Interval | None
    chi_square: float | None
    p_value: float | None
    chi_square_corrected: float | None
    p_value_corrected: float | None


def sum_strata(tables: ArrayLike) -> StrataSums:
    """Return the sums over tables of shape (strata, 2, 2); raise StrataShapeError for another shape."""
    cells = np.asarray(tables, dtype=float)
    if cells.ndim != 3 or cells.shape[1:] != (2, 2):
        raise StrataShapeError(cells.shape)
    units = cells.sum(axis=(1, 2))
    first, second = cells.sum(axis=2).T
    advanced, stayed = cells.sum(axis=1).T
    told = (first > 0) & (second > 0) & (advanced > 0) & (stayed > 0)
    a, b, c, d = cells[told].reshape(-1, 4).T
    n, first, second, advanced, stayed = (each[told] for each in (units, first, second, advanced, stayed))
    return StrataSums(
        observed=float(a.sum()),
        expected=float((first * advanced / n).sum()),
        variance=float((first * second * advanced * stayed / (n**2 * (n - 1))).sum()),
        concordant=float((a * d / n).sum()),
        discordant=float((b * c / n).sum()),
        concordant_variance=float(((a + d) * a * d / n**2).sum()),
        mixed_variance=float((((a + d) * b * c + (b + c) * a * d) / n**2).sum()),
        discordant_variance=float(((b + c) * b * c / n**2).sum()),
    )


def mantel_haenszel(sums: StrataSums) -> Stratified:
    """Return the odds ratio (Mantel and Haenszel 1959, JNCI 22) and the Cochran-Mantel-Haenszel test, one degree."""
    odds = sums.concordant / sums.discordant if sums.discordant > 0 else None
    plain, corrected = chi_square(sums, 0.0), chi_square(sums, 0.5)
    return Stratified(odds, odds_interval(sums), plain, tail(plain), corrected, tail(corrected))


def chi_square(sums: StrataSums, correction: float) -> float | None:
    """Return the squared distance from what is expected, less the correction, over its variance."""
    if sums.variance <= 0:
        return None
    distance = max(0.0, abs(sums.observed - sums.expected) - correction)
    return distance**2 / sums.variance


def tail(statistic: float | None) -> float | None:
    """Return the chance of a larger chi-square with one degree of freedom."""
    return None if statistic is None else float(stats.chi2.sf(statistic, 1))


def odds_interval(sums: StrataSums) -> Interval | None:
    """Return the 95 % interval of the odds ratio: Robins, Breslow and Greenland (1986), Biometrics 42."""
    ad, bc = sums.concordant, sums.discordant
    if ad <= 0 or bc <= 0:
        return None
    variance = (
        sums.concordant_variance / (2 * ad**2)
        + sums.mixed_variance / (2 * ad * bc)
        + sums.discordant_variance / (2 * bc**2)
    )
    centre, half = np.log(ad / bc), Z_95 * np.sqrt(variance)
    return Interval(float(np.exp(centre - half)), float(np.exp(centre + half)))
