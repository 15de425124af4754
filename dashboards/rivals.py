"""Whether a project's rating orders an outcome surely better than GPA band or school type does: a word, no figure.

An employer knows the rating and the outcome of each of its hires. From figures of how well the GPA bands of ten hires
order their outcomes it could work out the bands, rounded or not; with a word, any hire may still have any band.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from dashboards.audition import LEAST_HIRES, credited, numbers
from dashboards.concordance import Floats, Numbers, better_by, codes, concordance

BETTER, NOT_SURELY_BETTER, TOO_FEW = "better", "not surely better", "too few"
"""The words: what the project rating is against another predictor."""

LEAST_LEARNT = 20
"""School types are compared within a fifth of the hires: of fewer hires, next to none are compared."""

LEAST_APART = 4
"""Of so many hires at least, the outcome must differ from the commonest one."""

GPA_BANDS = ("below 2.5", "2.5-2.99", "3.0-3.49", "3.5-4.0")
"""Bands of the contract, from low to high."""

FOLDS = 5

Key = tuple[str, str]
"""An outcome and a period."""


@dataclass(frozen=True)
class Comparison:
    """The project rating against another predictor, on so many hires; it stays where the figures are.

    ``is_better`` is None where the rating itself is not surely better than a coin: it would be better than those few
    ways alone to have bands that order the outcome the wrong way round.
    """

    hires: int
    is_better: bool | None


def comparisons(hires: pl.DataFrame, students: pl.DataFrame, outcome: str) -> Iterator[tuple[str, Comparison | None]]:
    """Yield GPA band and school type with what the rating is against them, from one host's hires and dim_students.

    On hires of whom rating, outcome and the predictor are known; None where these are too few, or too much alike.
    """
    told = students.select("student_key", "gpa_band", "school_type")
    rows = credited(hires).join(told, on="student_key", how="left", maintain_order="left")
    for name, column, least, against in PREDICTORS:
        known = rows.drop_nulls(["project_rating", outcome, column])
        rating, result = (numbers(known[each]) for each in ("project_rating", outcome))
        yield name, against(rating, known[column].to_list(), result) if are_enough(result, least) else None


def are_enough(outcome: Floats, least: int) -> bool:
    """Tell whether there are hires enough for a word, and enough of them whose outcome is not the commonest one."""
    counts = np.unique(outcome, return_counts=True)[1]
    return len(outcome) >= least and len(outcome) - int(counts.max()) >= LEAST_APART


def against_gpa(rating: Floats, bands: Sequence[str | None], outcome: Floats) -> Comparison:
    """Compare the rating with GPA bands."""
    return compared(rating, gpa_ranks(bands), outcome)


def against_school(rating: Floats, schools: Sequence[str | None], outcome: Floats) -> Comparison:
    """Compare the rating with school types, which have no order: their scores are learnt on four fifths of the hires
    and judged on the last fifth."""
    fold = folds(len(schools))
    return compared(rating, school_scores(schools, outcome, fold), outcome, fold)


PREDICTORS: tuple[tuple[str, str, int, Callable[[Floats, Sequence[str | None], Floats], Comparison]], ...] = (
    ("GPA band", "gpa_band", LEAST_HIRES, against_gpa),
    ("School type", "school_type", LEAST_LEARNT, against_school),
)
"""Name, column of dim_students, the fewest hires, and how the rating is compared with it."""


def compared(rating: Floats, rival: Floats, outcome: Floats, strata: ArrayLike | None = None) -> Comparison:
    """Compare two predictors of the hires' outcome, within the strata."""
    own = concordance(rating, outcome)
    if own is None or own.interval is None or own.interval.low <= 0.5:
        return Comparison(len(rating), None)
    lead = better_by(rating, rival, outcome, strata=strata)
    return Comparison(len(rating), lead is not None and lead[1] is not None and lead[1].low > 0)


def words(found: Mapping[Key, Comparison | None]) -> dict[Key, str]:
    """Return the word on one predictor for each outcome and period, of which every hire may have had any value.

    A period has none that leaves out one to nine of the hires of another one, and none is called better that is
    disputed.
    """
    told = apart(found)
    doubted = disputed(told)
    said = dict.fromkeys(found, TOO_FEW)
    for (outcome, period), each in told.items():
        is_better = each.is_better and (outcome, each.hires) not in doubted
        said[outcome, period] = BETTER if is_better else NOT_SURELY_BETTER
    return said


def disputed(told: Mapping[Key, Comparison]) -> set[tuple[str, int]]:
    """Return outcomes, by their hires, in a period of which the rating surely foretells an outcome, but not better.

    That it is better for one outcome and not for the other could tell of a hire whose two outcomes differ.
    """
    periods = {period for (_, period), each in told.items() if each.is_better is False}
    return {(outcome, each.hires) for (outcome, period), each in told.items() if period in periods}


def apart(found: Mapping[Key, Comparison | None]) -> dict[Key, Comparison]:
    """Return the comparisons of which the periods of one outcome have the same hires, or differ by ten or more."""
    kept: dict[Key, Comparison] = {}
    for key, each in found.items():
        if each is None:
            continue
        differences = [abs(each.hires - other.hires) for (outcome, _), other in kept.items() if outcome == key[0]]
        if all(number == 0 or number >= LEAST_HIRES for number in differences):
            kept[key] = each
    return kept


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
