"""The hires of one employer: counted under each rule, who stays, and what the project told beforehand."""

import polars as pl

from dashboards.audition import LEAST_HIRES, Audition, audition
from dashboards.database import Generation, Query, frame, run
from dashboards.economics.cohort import MICRO, leavers
from dashboards.formats import word_text
from dashboards.intervals import wilson
from dashboards.keeping import kept
from dashboards.metrics import GROUP, values
from dashboards.rows import Rows, slice_rows
from dashboards.scope import Scope, conditions

OUTCOMES = {"performance_rating": "performance", "is_retained_1_year": "staying a year"}
"""Column of fct_hires -> what the audition is to foretell, in words."""

WAYS = {MICRO: "Micro-internship with us", "other intern": "Another internship", "neither": "No internship"}
RULES = {
    "hires_by_micro_internship": ("Any time before", "ultimate parent"),
    "hires_by_micro_internship_strict_host": ("Any time before, this employer alone", "strict host"),
    "hires_influenced_730_days": ("Influenced within 24 months", "influenced"),
    "hires_influenced_365_days": ("Influenced within 12 months", "influenced"),
    "hires_influenced_180_days": ("Influenced within 6 months", "influenced"),
    "hires_first_touch": ("First touch, 12 months", "credit"),
    "hires_last_touch": ("Last touch, 12 months", "credit"),
    "hires_linear": ("Linear, 12 months", "credit"),
}
"""Metric -> the rule in words, and its kind."""

FINISHED = """
    select predictor, word from analytics.marts.agg_audition_signals
    where outcome = $outcome and period = $period
    order by predictor
"""
"""The words of a table that extracts alone have."""

CREDITS = {"hires_first_touch": "first", "hires_last_touch": "last", "hires_linear": "linear"}


def hires_query(scope: Scope) -> Query:
    """Return the statement of the host's hires, by the day on which they started."""
    return mart_query(
        scope,
        "fct_hires",
        "start_date",
        "hire_id, host_id, student_key, came_by, is_new_hire, is_attributable, is_retained_1_year, "
        "performance_rating, project_rating",
    )


def mart_query(scope: Scope, mart: str, date_column: str, columns: str, condition: str = "true") -> Query:
    """Return the statement of columns of a mart under the scope; of its filters, the period and the host."""
    text = f"""
        select {columns} from analytics.marts.{mart}
        where {conditions(scope, date_column, ())} and {condition}
        order by all
    """
    return Query.of(text, scope.parameters())


def known(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows, or none of them where not one stands on a hire: there is nothing to draw then."""
    return rows if rows["hires"].fill_null(0).sum() else rows.clear()


def attribution(scope: Scope) -> pl.DataFrame:
    """Return the same count of hires under each rule choice: rule, kind, hires."""
    found = values(scope, list(RULES)).row(0, named=True)
    return pl.DataFrame(
        [(rule, kind, found[name]) for name, (rule, kind) in RULES.items()],
        schema={"rule": pl.String, "kind": pl.String, "hires": pl.Float64},
        orient="row",
    )


def credit(scope: Scope) -> pl.DataFrame:
    """Return the hires that each credit model gives to each category of work: category, first, last, linear."""
    found = values(scope, list(CREDITS), by="category").rename(CREDITS | {GROUP: "category"})
    named = found.drop_nulls("category").with_columns(pl.col("category").map_elements(word_text, pl.String))
    return named.filter(pl.max_horizontal("first", "last", "linear") > 0).sort("linear", descending=True)


def rows_hired(scope: Scope) -> list[tuple[str, Rows | None]]:
    """Return the rows behind the attribution: the hires, and those that each window counts."""
    counted = {
        "Any time before": "is_attributable = 1",
        "Within 24 months": "is_influenced_730_days = 1",
        "Within 12 months": "is_influenced_365_days = 1",
        "Within 6 months": "is_influenced_180_days = 1",
    }
    return [
        (word, slice_rows(scope, "fct_hires", "start_date", condition, columns=()))
        for word, condition in counted.items()
    ]


def attrition(scope: Scope) -> pl.DataFrame:
    """Return one-year attrition of new hires by how they came: came_by, leavers, hires, share, low, high.

    The last row is all who came otherwise. A micro-internship counts where it may be credited.
    """
    hires = frame(scope.generation, scope.viewer, hires_query(scope))
    seen = hires.filter((pl.col("is_new_hire") == 1) & pl.col("is_retained_1_year").is_not_null())
    kinds = {
        word: seen.filter((pl.col("came_by") == way) & ((pl.col("is_attributable") == 1) | (pl.lit(way) != MICRO)))
        for way, word in WAYS.items()
    }
    kinds["All other hires"] = seen.filter(pl.col("came_by") != MICRO)
    rows = []
    for word, among in kinds.items():
        count = leavers(among)
        interval = wilson(count.events, count.units)
        share = count.events / count.units if count.units else None
        ends = (interval.low, interval.high) if interval else (None, None)
        rows.append((word, count.events, count.units, share, *ends))
    columns = {"came_by": pl.String, "leavers": pl.Int64, "hires": pl.Int64}
    return pl.DataFrame(rows, schema=columns | dict.fromkeys(("share", "low", "high"), pl.Float64), orient="row")


def of_audition(scope: Scope, outcome: str) -> Audition:
    """Return the audition signal of the host's hires for one of the outcomes.

    Whose GPA band and school are whose is in no employer's extract: what is said of them was worked out at its cut.
    """
    rated = f"""
        select is_approved, employer_rating from analytics.marts.fct_engagements
        where is_approved = 1 and employer_rating is not null and {conditions(scope, "accepted_date", ())}
    """
    finished = Query.of(FINISHED, {"outcome": _known_outcome(outcome), "period": scope.filters.period})
    queries = (hires_query(scope), Query.of(rated, scope.parameters()), finished)
    return _audition(scope.generation, scope.viewer, queries, outcome)


@kept(256)
def _audition(generation: Generation, viewer: str, queries: tuple[Query, ...], outcome: str) -> Audition:
    hires, rated, finished = (frame(generation, viewer, each) for each in queries)
    return audition(hires, rated, outcome, dict(finished.iter_rows()))


def schooled(scope: Scope) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the host's hires and, of those of them that may be credited, GPA band and school type.

    Read from a whole generation, where whose band and school are whose is known.
    """
    students = f"""
        select student_key, gpa_band, school_type from analytics.marts.dim_students
        where student_key in (
            select student_key from analytics.marts.fct_hires
            where is_attributable = 1 and {conditions(scope, "start_date", ())}
        )
    """
    asked = (hires_query(scope), Query.of(students, scope.parameters()))
    hires, known_students = (run(scope.generation, each) for each in asked)
    return hires, known_students


def _known_outcome(outcome: str) -> str:
    if outcome not in OUTCOMES:
        raise ValueError(f"Expected one of {', '.join(OUTCOMES)}, found {outcome!r}.")
    return outcome


def signals(found: Audition) -> pl.DataFrame:
    """Return how well the rating orders the outcome, and what it is against the rest: predictor, hires, c, low, high,
    rating_is.

    The rating alone has figures, from ten hires on; GPA band and school type have the word ``rating_is`` alone.
    """
    own = found.rating if found.rating and found.rating.units >= LEAST_HIRES else None
    band = own.interval if own else None
    figures = (own.units, own.c) if own else (None, None)
    rows: list[tuple[object, ...]] = [
        ("Project rating", *figures, *((band.low, band.high) if band else (None, None)), None),
        *((predictor, None, None, None, None, word) for predictor, word in found.words.items()),
    ]
    kinds = {"predictor": pl.String, "hires": pl.Int64, **dict.fromkeys(("c", "low", "high"), pl.Float64)}
    return pl.DataFrame(rows, schema=kinds | {"rating_is": pl.String}, orient="row")


def calibration(found: Audition) -> pl.DataFrame:
    """Return the mean outcome by rating, lowest first: rating, hires, outcome_mean, low, high."""
    rows = [
        (
            each.predictor_mean,
            each.units,
            each.outcome_mean,
            each.interval.low if each.interval else None,
            each.interval.high if each.interval else None,
        )
        for each in found.calibration
    ]
    columns = ("outcome_mean", "low", "high")
    kinds = {"rating": pl.Float64, "hires": pl.Int64} | dict.fromkeys(columns, pl.Float64)
    return pl.DataFrame(rows, schema=kinds, orient="row")
