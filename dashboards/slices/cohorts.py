"""Retention by joining term, and each complete term against the same term a year before."""

from collections.abc import Sequence
from typing import Literal

import polars as pl

from dashboards.database import Query, frame
from dashboards.definitions import catalogue
from dashboards.metrics import GROUP, values
from dashboards.rows import Rows, slice_rows
from dashboards.scope import Scope, conditions
from dashboards.terms import is_over, term_key, year_before

EmployerMeasure = Literal["active", "spend"]
StudentMeasure = Literal["applied", "completed"]

EMPLOYER_MEASURES: dict[EmployerMeasure, str] = {"active": "Employers active", "spend": "GMV"}
STUDENT_MEASURES: dict[StudentMeasure, str] = {"applied": "Applied", "completed": "Completed"}
COLUMNS = ("industry", "state")
COMPARED = ("gmv_booked", "employer_terms_active", "applications")
WORDS = {"employer_terms_active": "Employers active"}
TERMS_PER_YEAR = 3
TERMS_SHOWN = 6

RUNNING = "select count(*) as terms from analytics.marts.dim_terms where is_complete = 0 and term_start_date <= $as_of"

RETAINED_SHARE = pl.when(pl.col("of") > 0).then(pl.col("retained") / pl.col("of")).alias("share")

TRIANGLE_SCHEMA = {
    "cohort": pl.String,
    "size": pl.Int64,
    "terms_since": pl.Int64,
    "retained": pl.Float64,
    "of": pl.Float64,
    "share": pl.Float64,
    "is_running": pl.Boolean,
}


def employer_triangle(scope: Scope, measure: EmployerMeasure) -> pl.DataFrame:
    """Return employers' retention: a row per joining term and term since, oldest cohort first.

    ``size`` counts the employers that joined; ``retained`` of ``of`` are employers with an accepted engagement, or the
    fees of the term against those of the joining term, in USD. The running term's cells have no figures yet.
    """
    part, whole = (
        ("sum(is_active)", "count(*)") if measure == "active" else ("sum(fee_usd)", "sum(joining_term_fee_usd)")
    )
    text = f"""
        select
            joined_term_label as cohort,
            terms_since_joining as terms_since,
            count(*) as size,
            cast({part} as double) as retained,
            cast({whole} as double) as of,
        from analytics.marts.fct_employer_terms
        where {conditions(scope, "term_start_date", COLUMNS)}
        group by all
    """
    return _triangle(scope, frame(scope.generation, scope.viewer, Query.of(text, scope.parameters())))


def student_triangle(scope: Scope, measure: StudentMeasure) -> pl.DataFrame:
    """Return students' retention, shaped as ``employer_triangle``: those who applied, or completed, in the term."""
    text = f"""
        select
            joined_term_label as cohort,
            terms_since_joining as terms_since,
            cast(sum(student_count) as bigint) as size,
            cast(sum({measure}_count) as double) as retained,
            cast(sum(student_count) as double) as of,
        from analytics.marts.agg_student_terms
        group by all
    """
    return _triangle(scope, frame(scope.generation, scope.viewer, Query.of(text)))


def _triangle(scope: Scope, found: pl.DataFrame) -> pl.DataFrame:
    """Put cohorts in their order, divide, and add the cell of the running term to each."""
    running = frame(scope.generation, scope.viewer, Query.of(RUNNING, {"as_of": scope.generation.as_of}))
    cells = found.with_columns(RETAINED_SHARE, is_running=False)
    if running["terms"][0]:
        last = cells.group_by("cohort").agg(
            pl.col("terms_since").max() + 1, pl.col("size").sort_by("terms_since").first(), is_running=True
        )
        cells = pl.concat([cells, last], how="diagonal")
    ordered = sorted(cells.iter_rows(named=True), key=lambda row: (term_key(row["cohort"]), row["terms_since"]))
    return pl.DataFrame([{name: row[name] for name in TRIANGLE_SCHEMA} for row in ordered], schema=TRIANGLE_SCHEMA)


def by_terms_since(triangle: pl.DataFrame) -> pl.DataFrame:
    """Return the cohorts pooled: terms_since, cohorts, retained, of, share; each pools those that are old enough."""
    complete = triangle.filter(~pl.col("is_running"))
    pooled = complete.group_by("terms_since").agg(pl.len().alias("cohorts"), pl.col("retained", "of").sum())
    return pooled.with_columns(RETAINED_SHARE).sort("terms_since")


def a_year_on(triangle: pl.DataFrame) -> tuple[float, float] | None:
    """Return what cohorts retain in the same season a year after joining, and of how much; None if none is so old."""
    pooled = by_terms_since(triangle).filter((pl.col("terms_since") == TERMS_PER_YEAR) & (pl.col("of") > 0))
    return None if pooled.is_empty() else (float(pooled["retained"][0]), float(pooled["of"][0]))


def rows_of_terms(scope: Scope) -> list[tuple[str, Rows | None]]:
    """Return the employer terms behind the triangle, those active counted: all, and each year after joining."""
    marks = {"All terms": "true", "Joining term": "terms_since_joining = 0"} | {
        f"{TERMS_PER_YEAR * years} terms on": f"terms_since_joining = {TERMS_PER_YEAR * years}" for years in (1, 2, 3)
    }
    return [
        (
            label,
            slice_rows(
                scope,
                "fct_employer_terms",
                "term_start_date",
                condition,
                "is_active = 1",
                columns=COLUMNS,
                is_rate=True,
            ),
        )
        for label, condition in marks.items()
    ]


def labels_of(scope: Scope, names: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return each metric's label and unit, from the dictionary; within one term an employer term is an employer."""
    known = catalogue(scope.generation)
    return {name: (WORDS.get(name, known.metric(name).label), known.metric(name).unit) for name in names}


def same_term_last_year(scope: Scope) -> pl.DataFrame:
    """Return the latest complete terms against the same term a year before: term, metric, value, base, change.

    ``change`` is a share of the base; terms without one a year before are left out.
    """
    found = values(scope, COMPARED, by="term_label").drop_nulls(GROUP)
    terms = {row[GROUP]: row for row in found.iter_rows(named=True)}
    day = scope.generation.as_of.date()
    fit = sorted((term for term in terms if is_over(term, day) and year_before(term) in terms), key=term_key)
    rows = [
        {
            "term": term,
            "metric": name,
            "value": terms[term][name] or 0.0,
            "base": terms[year_before(term)][name] or 0.0,
        }
        for name in COMPARED
        for term in fit[-TERMS_SHOWN:]
    ]
    schema = {"term": pl.String, "metric": pl.String, "value": pl.Float64, "base": pl.Float64}
    compared = pl.DataFrame(rows, schema=schema).filter(pl.col("base") > 0)
    return compared.with_columns((pl.col("value") / pl.col("base") - 1).alias("change"))
