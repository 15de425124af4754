"""The audition signal: does a project's rating foretell performance and staying better than GPA or school does?

Each predictor's concordance with an outcome, how much better the rating orders it, calibration, and what the choice of
those who were hired hides. Pure numpy, but for ``audition``, which reads the marts' frames.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from dashboards.concordance import Concordance, Floats, Numbers, better_by, codes, concordance, joined
from dashboards.intervals import Interval, wilson

GPA_BANDS = ("below 2.5", "2.5-2.99", "3.0-3.49", "3.5-4.0")
"""Bands of the contract, from low to high."""

FOLDS = 5
LITTLE_RESTRICTION = 0.9
"""A spread among the hired of nine tenths of everybody's or more hides little."""


@dataclass(frozen=True)
class Signal:
    """One predictor of an outcome.

    ``rating_better_by`` is how much the rating's c exceeds this predictor's on the units that have both.
    """

    predictor: str
    concordance: Concordance | None
    rating_better_by: float | None = None
    interval: Interval | None = None


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
    """What the ratings of those who were hired told beforehand of one outcome."""

    signals: tuple[Signal, ...]
    calibration: tuple[CalibrationBin, ...]
    restriction: RangeRestriction | None


def audition(hires: pl.DataFrame, students: pl.DataFrame, engagements: pl.DataFrame, outcome: str) -> Audition:
    """Return the audition signal of the hires in ``fct_hires`` that the programme may take credit for.

    ``outcome`` is the column to be foretold: ``performance_rating`` or ``is_retained_1_year``. GPA band and school type
    come from ``dim_students`` and are unknown without consent; ``fct_engagements`` tells how all completers were rated.
    Compared within the host, clustered by it.
    """
    return audition_beside(hires, engagements, outcome, rivals(hires, students, outcome))


def audition_beside(hires: pl.DataFrame, engagements: pl.DataFrame, outcome: str, others: Sequence[Signal]) -> Audition:
    """Return the same where the signals of GPA band and school type are known already."""
    rows = credited(hires)
    rating, result = (numbers(rows[name]) for name in ("project_rating", outcome))
    hosts = rows["host_id"].to_numpy()
    rated = engagements.filter(pl.col("is_approved") == 1)["employer_rating"]
    own = Signal("project rating", concordance(rating, result, strata=hosts, clusters=hosts))
    return Audition((own, *others), calibrate(rating, result), range_restriction(numbers(rated), rating))


def rivals(hires: pl.DataFrame, students: pl.DataFrame, outcome: str) -> tuple[Signal, ...]:
    """Return the signals of GPA band and school type alone, from hires and ``dim_students``."""
    told = students.select("student_key", "gpa_band", "school_type")
    rows = credited(hires).join(told, on="student_key", how="left", maintain_order="left")
    rating, result = (numbers(rows[name]) for name in ("project_rating", outcome))
    hosts = rows["host_id"].to_numpy()
    bands, schools = rows["gpa_band"].to_list(), rows["school_type"].to_list()
    return signals(rating, bands, schools, result, strata=hosts, clusters=hosts)[1:]


def credited(hires: pl.DataFrame) -> pl.DataFrame:
    """Return the hires that the programme may take credit for, in one order."""
    return hires.filter(pl.col("is_attributable") == 1).sort("hire_id")


def numbers(column: pl.Series) -> Floats:
    """Return a column as numbers, NaN where it is NULL."""
    found: Floats = column.cast(pl.Float64).fill_null(np.nan).to_numpy()
    return found


def signals(
    rating: ArrayLike,
    gpa_band: Sequence[str | None],
    school_type: Sequence[str | None],
    outcome: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
) -> tuple[Signal, ...]:
    """Return how well project rating, GPA band and school type order an outcome of hires, one entry per hire each.

    The outcome is a performance rating, or 1 and 0 for having stayed a year; NaN where unknown. ``strata`` keep the
    comparison within, and ``clusters`` widen its interval by, the host, say. School type has no order: its scores are
    learnt on four fifths of the hires and judged on the last fifth.
    """
    fold = folds(len(gpa_band))
    apart = joined(codes(strata, np.ones(len(fold), bool)), fold)
    school = school_scores(school_type, outcome, fold)
    others: tuple[tuple[str, Floats, ArrayLike | None], ...] = (
        ("GPA band", gpa_ranks(gpa_band), strata),
        ("school type", school, apart),
    )
    found = [Signal("project rating", concordance(rating, outcome, strata=strata, clusters=clusters))]
    for name, scores, within in others:
        alone = concordance(scores, outcome, strata=within, clusters=clusters)
        better = better_by(rating, scores, outcome, strata=within, clusters=clusters)
        found.append(Signal(name, alone, *(better or (None, None))))
    return tuple(found)


def gpa_ranks(bands: Sequence[str | None]) -> Floats:
    """Return each band's rank, 0 for the lowest; NaN for an unknown band."""
    rank = {band: float(place) for place, band in enumerate(GPA_BANDS)}
    return np.array([rank.get(band, np.nan) if band else np.nan for band in bands])


def folds(units: int, *, count: int = FOLDS, seed: int = 0) -> Numbers:
    """Return a fold for each unit, as equal in size as they can be; the same for the same seed."""
    return np.random.default_rng(seed).permutation(units).astype(np.int64) % count


def school_scores(schools: Sequence[str | None], outcome: ArrayLike, fold: Numbers) -> Floats:
    """Return for each unit the mean outcome of its school's units in the other folds; NaN where there are none.

    A unit never scores itself. Compare only within folds: across them, scores differ by what was left out.
    """
    results = np.asarray(outcome, float)
    names = np.array([school or "" for school in schools])
    known = (names != "") & ~np.isnan(results)
    scores = np.full(len(names), np.nan)
    kind = codes(names, np.ones(len(names), bool))
    size = int(kind.max()) + 1 if len(kind) else 0
    for each in np.unique(fold):
        learnt = known & (fold != each)
        count = np.bincount(kind[learnt], minlength=size)
        total = np.bincount(kind[learnt], results[learnt], size)
        means = np.divide(total, count, out=np.full(size, np.nan), where=count > 0)
        judged = (fold == each) & (names != "")
        scores[judged] = means[kind[judged]]
    return scores


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
