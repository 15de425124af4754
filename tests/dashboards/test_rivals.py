"""What is told of GPA band and school type beside the rating of the host's hires: a word that narrows nobody's."""

from collections.abc import Sequence
from itertools import product

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from dashboards.audition import LEAST_HIRES
from dashboards.concordance import Concordance, Floats, better_by, concordance
from dashboards.intervals import Z_95
from dashboards.rivals import (
    BETTER,
    GPA_BANDS,
    LEAST_LEARNT,
    NOT_SURELY_BETTER,
    TOO_FEW,
    Comparison,
    Key,
    against_gpa,
    against_school,
    are_enough,
    comparisons,
    folds,
    gpa_ranks,
    school_scores,
    words,
)
from pipelines.contract import ENTITIES

SCHOOLS = ["HBCU", "HSI", "Private for-profit", "Private nonprofit", "Public"]
HIRES = LEAST_HIRES
ALL = "All time"


def test_the_bands_are_those_of_the_contract() -> None:
    assert ENTITIES["students"].column("gpa_band").values == GPA_BANDS


def test_a_band_has_its_rank_and_an_unknown_one_has_none() -> None:
    ranks = gpa_ranks(["3.5-4.0", None, "below 2.5", "unheard of"])
    assert ranks == pytest.approx([3, np.nan, 0, np.nan], nan_ok=True)


def test_folds_are_even_and_repeatable() -> None:
    assert np.bincount(folds(23)).tolist() == [5, 5, 5, 4, 4]
    assert (folds(23) == folds(23)).all()
    assert (folds(23) != folds(23, seed=1)).any()


def test_a_school_s_score_is_the_mean_of_its_units_in_the_other_folds() -> None:
    schools = ["a", "a", "a", "b", None, "a"]
    outcome = [1.0, 0.0, 1.0, 1.0, 1.0, np.nan]
    scores = school_scores(schools, outcome, np.array([0, 1, 1, 0, 0, 0]))
    # Fold 0 learns from units 1 and 2, fold 1 from unit 0 (unit 5 has no outcome); school b is alone.
    assert scores == pytest.approx([0.5, 1.0, 1.0, np.nan, np.nan, 0.5], nan_ok=True)


def test_school_scores_that_mean_nothing_order_nothing() -> None:
    """Scored on themselves, schools seem to order what is chance; scored on other folds, they do not."""
    honest, naive = [], []
    for seed in range(200):
        draw = np.random.default_rng(seed)
        schools = [SCHOOLS[number] for number in draw.integers(0, 4, 60)]
        outcome = draw.integers(0, 2, 60).astype(float)
        own = np.array([outcome[[each == school for each in schools]].mean() for school in schools])
        fold = folds(60, seed=seed)
        found = concordance(school_scores(schools, outcome, fold), outcome, strata=fold)
        itself = concordance(own, outcome)
        assert found is not None
        assert itself is not None
        honest.append(found.c)
        naive.append(itself.c)
    assert np.mean(naive) > 0.57
    assert np.mean(honest) == pytest.approx(0.5, abs=0.02)


def test_the_rating_beats_what_foretells_nothing() -> None:
    draw = np.random.default_rng(5)
    units = 600
    ability = draw.standard_normal(units)
    rating = np.clip(np.round(3.5 + ability + 0.5 * draw.standard_normal(units)), 1, 5)
    stayed = (ability + draw.standard_normal(units) > 0).astype(float)
    bands = [GPA_BANDS[number] for number in draw.integers(0, 4, units)]
    schools = [SCHOOLS[number] for number in draw.integers(0, 5, units)]
    assert against_gpa(rating, bands, stayed) == Comparison(600, is_better=True)
    assert against_school(rating, schools, stayed) == Comparison(600, is_better=True)
    best = [GPA_BANDS[int(number)] for number in np.clip(np.round(1.5 + ability), 0, 3)]
    assert against_gpa(rating, best, stayed) == Comparison(600, is_better=False)
    noise = draw.permutation(rating)
    assert against_gpa(noise, bands, stayed) == Comparison(600, is_better=None), "the rating itself is chance"


# What may be told -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "enough"),
    [
        ([0.0] * 4 + [1.0] * 6, True),
        ([0.0] * 4 + [1.0] * 5, False),
        ([0.0] * 3 + [1.0] * 7, False),
        ([0.0] * 3 + [1.0] * 97, False),
        ([3.0] * 6 + [1.0, 2.0, 4.0, 5.0], True),
        ([3.0] * 7 + [1.0, 2.0, 4.0], False),
    ],
)
def test_a_word_needs_ten_hires_and_four_off_the_commonest_outcome(outcome: list[float], enough: bool) -> None:
    assert are_enough(np.array(outcome), LEAST_HIRES) == enough


def frames(bands: Sequence[str | None], ratings: Sequence[float | None]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return hires, half of whom stayed, and their persons."""
    count = len(bands)
    keys = [f"{number:02}" for number in range(count)]
    hires = pl.DataFrame(
        {
            "hire_id": keys,
            "student_key": keys,
            "is_attributable": [1] * count,
            "project_rating": ratings,
            "is_retained_1_year": [number % 2 for number in range(count)],
        },
        schema_overrides={"project_rating": pl.Float64},
    )
    students = pl.DataFrame({"student_key": keys, "gpa_band": bands, "school_type": [None] * count})
    return hires, students


def test_only_hires_count_of_whom_all_is_known() -> None:
    ratings = [float(number % 5) for number in range(14)]
    hires, students = frames([GPA_BANDS[number % 4] for number in range(14)], ratings)
    found = dict(comparisons(hires, students, "is_retained_1_year"))
    assert found["GPA band"] is not None
    assert found["GPA band"].hires == 14
    assert found["School type"] is None, "no hire's is known"
    hires, students = frames([None, None, *[GPA_BANDS[0]] * 12], [*ratings[:11], None, None, None])
    assert dict(comparisons(hires, students, "is_retained_1_year"))["GPA band"] is None, "nine are known"


def test_a_period_that_leaves_out_one_to_nine_hires_of_another_has_no_word() -> None:
    sizes = {"All time": 40, "12": 12, "24": 31, "36": 40}
    found: dict[Key, Comparison | None] = {("stayed", name): Comparison(size, True) for name, size in sizes.items()}
    found["rated", "24"] = Comparison(31, is_better=True)
    found["rated", "12"] = None
    assert words(found) == {
        ("stayed", "All time"): BETTER,
        ("stayed", "12"): BETTER,
        ("stayed", "24"): TOO_FEW,
        ("stayed", "36"): BETTER,
        ("rated", "24"): BETTER,
        ("rated", "12"): TOO_FEW,
    }


def test_better_is_said_where_it_is_so_for_each_outcome_that_is_foretold() -> None:
    found: dict[Key, Comparison | None] = {
        ("stayed", "All time"): Comparison(12, is_better=True),
        ("rated", "All time"): Comparison(14, is_better=False),
        ("stayed", "36"): Comparison(12, is_better=True),
    }
    assert set(words(found).values()) == {NOT_SURELY_BETTER}, "the same twelve hires, in either period"
    found["rated", "All time"] = Comparison(14, is_better=None)
    assert list(words(found).values()) == [BETTER, NOT_SURELY_BETTER, BETTER]


# Nobody's band is told ------------------------------------------------------------------------------------------------


def outcomes(seed: int, hires: int = HIRES) -> tuple[Floats, dict[str, Floats]]:
    """Return the ratings of hires and their outcomes, which a host knows of each; the rating foretells both."""
    draw = np.random.default_rng(seed)
    while True:
        ability = draw.standard_normal(hires)
        rating = np.clip(np.round(3.5 + ability + 0.3 * draw.standard_normal(hires)), 1, 5)
        stayed = ability + 0.7 * draw.standard_normal(hires)
        found = {
            "stayed": (stayed >= np.sort(stayed)[draw.integers(4, hires - 3)]).astype(float),
            "rated": np.clip(np.round(3.5 + ability + 0.7 * draw.standard_normal(hires)), 1, 5),
        }
        if all(are_enough(each, hires) and foretells(rating, each) for each in found.values()):
            return rating, found


def foretells(rating: Floats, outcome: Floats) -> bool:
    own = concordance(rating, outcome)
    return own is not None and own.interval is not None and own.interval.low > 0.5


@pytest.fixture(scope="module")
def assignments() -> NDArray[np.int8]:
    """Return every way in which ten hires can have four bands."""
    return np.stack([(np.arange(4**HIRES) // 4**hire) % 4 for hire in range(HIRES)], axis=1).astype(np.int8)


def lead(rating: Floats, outcome: Floats, bands: NDArray[np.int8]) -> tuple[Floats, Floats]:
    """Return ``better_by`` and its standard error for every row of bands at once."""
    first, second = np.triu_indices(len(rating), 1)
    order = np.sign(outcome[second] - outcome[first]).astype(np.int8)
    first, second, order = (each[order != 0] for each in (first, second, order))
    own = np.sign(rating[second] - rating[first]).astype(np.int8) * order
    ahead = own - np.sign(bands[:, second] - bands[:, first]) * order
    total = ahead.sum(1, dtype=np.int32)
    without = []
    for hire in range(len(rating)):
        part = (first == hire) | (second == hire)
        without.append((total - ahead[:, part].sum(1, dtype=np.int32)) / 2 / (len(order) - part.sum()))
    left = np.stack(without, axis=1)
    spread = (len(rating) - 1) / len(rating) * ((left - left.mean(1, keepdims=True)) ** 2).sum(1)
    return total / 2 / len(order), np.sqrt(spread)


def are_better(rating: Floats, outcome: Floats, bands: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Return for every row of bands whether the rating is surely better."""
    difference, error = lead(rating, outcome, bands)
    found: NDArray[np.bool_] = (error > 1e-12) & (difference - Z_95 * error > 0)
    return found


def possible(values: NDArray[np.int8]) -> list[int]:
    """Return how many bands, or schools, each hire may have."""
    return [len(np.unique(column)) for column in values.T]


def told(found: Concordance | None) -> tuple[float, ...]:
    """Return what an extract said of a predictor before: c with its interval."""
    if found is None:
        return ()
    ends = (found.interval.low, found.interval.high) if found.interval else ()
    return tuple(round(each, 9) for each in (found.c, *ends))


SEEDS = (1, 2, 3, 7)
"""In the last of these, a band is ruled out by better for one outcome and not for the other."""


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_the_words_every_hire_may_have_every_band(seed: int, assignments: NDArray[np.int8]) -> None:
    rating, found = outcomes(seed)
    better = {name: are_better(rating, outcome, assignments) for name, outcome in found.items()}
    seen: dict[tuple[str, ...], NDArray[np.bool_]] = {}
    for stayed, rated in product((True, False), repeat=2):
        said = words({("stayed", ALL): Comparison(HIRES, stayed), ("rated", ALL): Comparison(HIRES, rated)})
        fitting = (better["stayed"] == stayed) & (better["rated"] == rated)
        seen[tuple(said.values())] = seen.get(tuple(said.values()), False) | fitting
    assert set(seen) == {(BETTER, BETTER), (NOT_SURELY_BETTER, NOT_SURELY_BETTER)}
    for fitting in seen.values():
        assert possible(assignments[fitting]) == [4] * HIRES


def test_the_assignments_are_judged_as_the_extract_judges_them(assignments: NDArray[np.int8]) -> None:
    rating, found = outcomes(1)
    some = assignments[np.random.default_rng(0).integers(0, len(assignments), 50)]
    for outcome in found.values():
        judged = [against_gpa(rating, [GPA_BANDS[band] for band in row], outcome).is_better for row in some]
        assert judged == are_better(rating, outcome, some).tolist()


def test_a_rating_that_may_be_a_coin_is_better_than_nothing(assignments: NDArray[np.int8]) -> None:
    """It would be so for three ways to have bands in a million, which tell the bands of eight hires."""
    draw = np.random.default_rng(14)
    rating, outcome = draw.integers(1, 6, HIRES).astype(float), (draw.permutation(HIRES) < 5).astype(float)
    telling = assignments[are_better(rating, outcome, assignments)]
    assert (len(telling), possible(telling).count(1)) == (3, 8)
    for row in telling:
        assert against_gpa(rating, [GPA_BANDS[band] for band in row], outcome).is_better is None


@pytest.mark.parametrize("seed", [1, 2])
def test_the_words_of_two_periods_leave_every_hire_every_band(seed: int) -> None:
    """Of twenty hires, ten started in the last year: too many ways to try all, so those with one pair of words walk."""
    (newer, of_newer), (older, of_older) = outcomes(seed), outcomes(seed + 100)
    rating, recent = np.concatenate([newer, older]), slice(0, HIRES)
    found = {name: np.concatenate([each, of_older[name]]) for name, each in of_newer.items()}
    assert all(foretells(rating, each) for each in found.values())

    def said(bands: NDArray[np.int8]) -> NDArray[np.int64]:
        whole, part = (
            np.all([are_better(rating[those], each[those], bands[:, those]) for each in found.values()], axis=0)
            for those in (slice(None), recent)
        )
        return np.asarray(whole * 2 + part, np.int64)

    draw = np.random.default_rng(seed)
    ways = tilted(draw, found["rated"])
    words_of = said(ways)
    assert set(words_of.tolist()) == {0, 1, 2, 3}
    for word in range(4):
        fitting = ways[words_of == word]
        for _ in range(20):
            tried = shaken(draw, fitting)
            fitting = np.concatenate([fitting, tried[said(tried) == word]])
            if possible(fitting) == [4] * len(rating):
                break
        assert possible(fitting) == [4] * len(rating)


def tilted(draw: np.random.Generator, outcome: Floats) -> NDArray[np.int8]:
    """Return bands of hires that go with the outcome more or less, or against it."""
    tilt = draw.normal(0, 2, (20_000, 1))
    found = 1.5 + tilt * (outcome - outcome.mean()) + draw.standard_normal((len(tilt), len(outcome)))
    return np.clip(np.round(found), 0, 3).astype(np.int8)


def shaken(draw: np.random.Generator, values: NDArray[np.int8]) -> NDArray[np.int8]:
    """Return rows of bands, of which each hire's is another one with a probability of a tenth."""
    rows = values[draw.integers(0, len(values), 20_000)]
    return np.where(draw.random(rows.shape) < 0.1, draw.integers(0, 4, rows.shape), rows).astype(np.int8)


def test_better_than_school_type_leaves_every_hire_every_school() -> None:
    """One way that fits the words is changed, as long as the words stay."""
    rating, found = outcomes(2, LEAST_LEARNT)
    draw = np.random.default_rng(2)

    def is_better(schools: NDArray[np.int64]) -> bool:
        names = [SCHOOLS[number] for number in schools]
        return all(against_school(rating, names, each).is_better for each in found.values())

    tried = (draw.integers(0, len(SCHOOLS), len(rating)) for _ in range(1500))
    here = next(each for each in tried if is_better(each))
    seen = np.zeros((len(rating), len(SCHOOLS)), bool)
    for _ in range(3000):
        there = here.copy()
        place = draw.integers(0, len(rating), draw.integers(1, 4))
        there[place] = draw.integers(0, len(SCHOOLS), len(place))
        if is_better(there):
            here = there
            seen[np.arange(len(rating)), here] = True
        if seen.all():
            break
    assert seen.all()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_figures_would_tell_whose_band_is_whose(seed: int, assignments: NDArray[np.int8]) -> None:
    """What extracts held before: of a million ways to have bands, next to none fit it."""
    rating, found = outcomes(seed)
    ability = rating + np.random.default_rng(seed).standard_normal(HIRES)
    bands = np.clip(np.round(ability - 2), 0, 3).astype(np.int8)
    left = assignments
    for outcome in found.values():
        alone = concordance(bands, outcome)
        better = better_by(rating, bands, outcome)
        assert better is not None
        assert better[1] is not None
        difference, error = lead(rating, outcome, left)
        fits = np.isclose(difference, better[0]) & np.isclose(difference - Z_95 * error, better[1].low)
        left = left[fits]
        left = left[[told(concordance(row, outcome)) == told(alone) for row in left]]
    assert (left == bands).all(1).any()
    assert len(left) <= 40
    assert min(possible(left)) < 4
