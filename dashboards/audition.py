"""The audition signal: does a project's rating foretell performance and staying?

The rating's concordance with an outcome, calibration, and what the choice of those who were hired hides. Pure numpy,
but for ``audition``, which reads the marts' frames.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from dashboards.concordance import Concordance, Floats, concordance
from dashboards.intervals import Interval, wilson

LEAST_HIRES = 10
"""Of fewer hires, nothing is said of how their outcomes are ordered."""

LITTLE_RESTRICTION = 0.9
"""A spread among the hired of nine tenths of everybody's or more hides little."""


@dataclass(frozen=True)
class CalibrationBin:
    """Units whose predictor lies from low to high, and their mean outcome; an interval where that is a share."""

    low: float
    high: float
    units: int
    predictor_mean: float
    outcome_mean: float
    interval: Interval | None


@dataclass(frozen=True)
class RangeRestriction:
    """How much narrower the predictor spreads among the hired than among all: ``spread_ratio`` 1 hides nothing."""

    spread_ratio: float
    note: str


@dataclass(frozen=True)
class Audition:
    """What the ratings of those who were hired told beforehand of one outcome.

    ``words`` say of GPA band and school type what the rating is against them: see ``dashboards.rivals``.
    """

    rating: Concordance | None
    words: Mapping[str, str]
    calibration: tuple[CalibrationBin, ...]
    restriction: RangeRestriction | None


def audition(hires: pl.DataFrame, engagements: pl.DataFrame, outcome: str, words: Mapping[str, str]) -> Audition:
    """Return the audition signal of the hires in ``fct_hires`` that the programme may take credit for.

    ``outcome`` is the column to be foretold: ``performance_rating`` or ``is_retained_1_year``. ``fct_engagements``
    tells how all completers were rated. Compared within the host, clustered by it.
    """
    rows = credited(hires)
    rating, result = (numbers(rows[name]) for name in ("project_rating", outcome))
    hosts = rows["host_id"].to_numpy()
    rated = engagements.filter(pl.col("is_approved") == 1)["employer_rating"]
    own = concordance(rating, result, strata=hosts, clusters=hosts)
    return Audition(own, words, calibrate(rating, result), range_restriction(numbers(rated), rating))


def credited(hires: pl.DataFrame) -> pl.DataFrame:
    """Return the hires that the programme may take credit for, in one order."""
    return hires.filter(pl.col("is_attributable") == 1).sort("hire_id")


def numbers(column: pl.Series) -> Floats:
    """Return a column as numbers, NaN where it is NULL."""
    found: Floats = column.cast(pl.Float64).fill_null(np.nan).to_numpy()
    return found


def calibrate(predictor: ArrayLike, outcome: ArrayLike, bins: int = 5) -> tuple[CalibrationBin, ...]:
    """Return the mean outcome over quantile bins of the predictor, from low to high; equal values share a bin.

    Where all outcomes are 0 or 1, the mean is a share and has Wilson's interval.
    """
    values, results = np.asarray(predictor, float), np.asarray(outcome, float)
    known = ~(np.isnan(values) | np.isnan(results))
    values, results = values[known], results[known]
    if len(values) == 0:
        return ()
    inner = np.unique(np.quantile(values, np.linspace(0, 1, bins + 1)[1:-1]))
    place = np.searchsorted(inner, values, side="right")
    is_share = bool(np.isin(results, (0, 1)).all())
    return tuple(calibration_bin(values[place == each], results[place == each], is_share) for each in np.unique(place))


def calibration_bin(values: Floats, results: Floats, is_share: bool) -> CalibrationBin:
    """Return one bin of a calibration table."""
    return CalibrationBin(
        float(values.min()),
        float(values.max()),
        len(values),
        float(values.mean()),
        float(results.mean()),
        wilson(float(results.sum()), len(results)) if is_share else None,
    )


def range_restriction(everybody: ArrayLike, hired: ArrayLike) -> RangeRestriction | None:
    """Compare the predictor's spread among the hired with that among all completers; None where there is no spread."""
    whole, chosen = (known_values(each) for each in (everybody, hired))
    if len(whole) < 2 or len(chosen) < 2 or whole.std(ddof=1) == 0:
        return None
    ratio = float(chosen.std(ddof=1) / whole.std(ddof=1))
    if ratio >= LITTLE_RESTRICTION:
        return RangeRestriction(ratio, "The hired spread about as widely as all completers: little is hidden.")
    return RangeRestriction(
        ratio,
        "Only people who were hired have an outcome, and their ratings are more alike than all completers' "
        f"({ratio:.0%} of the spread): the concordance among them understates what the rating foretells.",
    )


def unrestricted_correlation(correlation: float, spread_ratio: float) -> float:
    """Return the correlation to expect among all, given the one among the hired and their share of the spread.

    Thorndike's case 2 (Thorndike 1949; Sackett and Yang 2000, Journal of Applied Psychology 85): it takes the hired as
    chosen by the predictor itself, and a straight line throughout.
    """
    wider = correlation / spread_ratio
    return float(wider / np.sqrt(1 - correlation**2 + wider**2))


def known_values(values: ArrayLike) -> Floats:
    """Return the values that are known."""
    found: NDArray[np.float64] = np.asarray(values, float)
    return found[~np.isnan(found)]
