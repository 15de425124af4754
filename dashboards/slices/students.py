"""Students by the cohort of their first application: how far they come, how often, what they earn and learn."""

from collections.abc import Sequence

import polars as pl

from dashboards.database import Query, frame
from dashboards.formats import word_text
from dashboards.intervals import Z_95, wilson
from dashboards.rows import Rows, slice_rows
from dashboards.scope import Scope, conditions
from dashboards.slices.outcomes import CURVE, LEAST_AT_RISK
from dashboards.terms import term_key

COLUMNS = ("term_label", "major_family")

REACHES = {"completed": "Completed", "selected": "Selected", "applied": "Applied"}
"""How far a student came -> in words, the furthest first."""

PARTICIPATION: dict[str, tuple[str, tuple[tuple[str, int], ...]]] = {
    "applications": (
        "application_count",
        (("1", 1), ("2", 2), ("3-5", 3), ("6-10", 6), ("11-20", 11), ("21-40", 21), ("41+", 41)),
    ),
    "projects": ("project_count", (("1", 1), ("2", 2), ("3", 3), ("4", 4), ("5-9", 5), ("10+", 10))),
    "industries": ("industry_count", (("1", 1), ("2", 2), ("3", 3), ("4", 4), ("5", 5), ("6+", 6))),
}
"""What is counted per student -> its column, and its buckets with the least number in each."""

COUNTED_BY = {
    "applications": "application_count > 0",
    "projects": "project_count > 0",
    "industries": "industry_count > 0",
}
"""What is counted per student -> who is."""

PAY_EDGES = (0, 250, 500, 750, 1000, 1500, 2000, 3000, 4000, 6000, 8000)


LEAST_COMPARED = 10
ALL_COMPETENCIES = "All competencies"


def cohorts(scope: Scope) -> pl.DataFrame:
    """Return students per term of their first application and how far they came: term, reach, students, share."""
    text = f"""
        select
            term_label as term,
            case when is_completer = 1 then 'completed' when selection_count > 0 then 'selected' else 'applied' end
                as reach,
            count(*) as students,
        from analytics.marts.fct_persons
        where term_label is not null and {conditions(scope, "first_applied_date", COLUMNS)}
        group by all
    """
    found = asked(scope, text).with_columns((pl.col("students") / pl.col("students").sum().over("term")).alias("share"))
    order = list(REACHES)
    ranked = sorted(found.iter_rows(named=True), key=lambda row: (term_key(row["term"]), order.index(row["reach"])))
    return pl.DataFrame([row | {"reach": REACHES[row["reach"]]} for row in ranked], schema=found.schema)


def participation(scope: Scope) -> pl.DataFrame:
    """Return students by how often they take part: what (applications, projects, industries), bucket, students, share.

    Projects and industries are those of students with a completed project; industries of those where one is known.
    """
    parts = [_buckets(what, column, buckets) for what, (column, buckets) in PARTICIPATION.items()]
    slices = f"""
        select application_count, project_count, industry_count from analytics.marts.fct_persons
        where {conditions(scope, "first_applied_date", COLUMNS)}
    """
    text = f"with slice as ({slices}) {' union all '.join(parts)}"
    counted = asked(scope, text)
    places = [
        {"what": what, "place": place, "bucket": bucket}
        for what, (_, buckets) in PARTICIPATION.items()
        for place, (bucket, _) in enumerate(buckets)
    ]
    joined = pl.DataFrame(places, schema_overrides={"place": pl.Int32}).join(
        counted.with_columns(pl.col("place").cast(pl.Int32)), on=["what", "place"], how="left", maintain_order="left"
    )
    return joined.select("what", "bucket", pl.col("students").fill_null(0)).with_columns(
        (pl.col("students") / pl.col("students").sum().over("what")).fill_nan(None).alias("share")
    )


def _buckets(what: str, column: str, buckets: Sequence[tuple[str, int]]) -> str:
    cases = " ".join(
        f"when {column} >= {least} then {place}" for place, (_, least) in reversed(list(enumerate(buckets)))
    )
    return f"""
        select '{what}' as what, case {cases} end as place, count(*) as students
        from slice where {column} > 0 group by all
    """


def selection_by_applications(scope: Scope) -> pl.DataFrame:
    """Return, by how often a student applied, the share ever selected: bucket, students, selected, share, low, high."""
    buckets = PARTICIPATION["applications"][1]
    cases = " ".join(
        f"when application_count >= {least} then {place}" for place, (_, least) in reversed(list(enumerate(buckets)))
    )
    text = f"""
        select case {cases} end as place, count(*) as students, count(*) filter (where selection_count > 0) as selected
        from analytics.marts.fct_persons
        where {conditions(scope, "first_applied_date", COLUMNS)}
        group by place
        order by place
    """
    found = asked(scope, text)
    rows = []
    for place, students, selected in found.iter_rows():
        band = wilson(selected, students)
        rows.append(
            {
                "applications": buckets[place][0],
                "students": students,
                "selected": selected,
                "share": selected / students,
                "low": band.low if band else None,
                "high": band.high if band else None,
            }
        )
    return pl.DataFrame(rows, schema=rates("applications", "students", "selected"))


def rates(name: str, *counts: str) -> dict[str, type[pl.DataType]]:
    """Return the schema of a frame of rates: a name, counts, then share, low and high."""
    kinds: dict[str, type[pl.DataType]] = {name: pl.String}
    kinds |= dict.fromkeys(counts, pl.Int64)
    kinds |= dict.fromkeys(("share", "low", "high"), pl.Float64)
    return kinds


def pay(scope: Scope) -> pl.DataFrame:
    """Return completers of known pay by what they earned in all: from_usd, to_usd (none for the last), students."""
    edges = ", ".join(map(str, PAY_EDGES))
    text = f"""
        select
            list_last(list_filter([{edges}], lambda edge: edge <= pay_usd)) as from_usd,
            count(*) as students,
        from analytics.marts.fct_persons
        where pay_usd is not null and {conditions(scope, "first_applied_date", COLUMNS)}
        group by from_usd
    """
    found = asked(scope, text)
    named = pl.DataFrame({"from_usd": PAY_EDGES, "to_usd": [*PAY_EDGES[1:], None]})
    joined = named.join(found.with_columns(pl.col("from_usd").cast(pl.Int64)), on="from_usd", how="left").sort(
        "from_usd"
    )
    counted = joined.with_columns(pl.col("students").fill_null(0))
    return counted.with_columns((pl.col("students") / pl.col("students").sum()).fill_nan(None).alias("share"))


def first_selection(scope: Scope) -> pl.DataFrame:
    """Return day after the first application (1 = the day itself), students waiting, share selected by then.

    Those not selected yet wait until as_of; a selection that is dated before the first application counts on day 1.
    """
    as_of = scope.generation.as_of
    sliced = f"""
        select
            0 as entry_days,
            greatest(date_diff('day', first_applied_at, coalesce(first_selected_at, timestamp '{as_of}')), 0) + 1
                as exit_days,
            cast(first_selected_at is not null as integer) as event_code,
            'all' as group_key,
        from analytics.marts.fct_persons
        where {conditions(scope, "first_applied_date", COLUMNS)}
    """
    found = frame(scope.generation, scope.viewer, Query.of(CURVE, scope.parameters(), sliced))
    return found.filter(pl.col("at_risk_count") >= LEAST_AT_RISK).select(
        pl.col("day").cast(pl.Int64),
        pl.col("at_risk_count").cast(pl.Int64),
        pl.col("host_incidence").alias("selected"),
    )


def growth(scope: Scope) -> pl.DataFrame:
    """Return, per competency, students scored more than once: first and last mean score, mean change with interval.

    Columns: competency, students, first, last, change, low, high. A competency of fewer than ten students is left out;
    the first row is the mean over a student's competencies.
    """
    text = f"""
        with compared as (
            select person_key, competency, first_score, score
            from analytics.marts.fct_competency_scores
            where is_compared = 1 and {conditions(scope, "first_applied_date", COLUMNS)}
        ),

        with_all as (
            select competency, first_score, score from compared
            union all
            select '{ALL_COMPETENCIES}' as competency, avg(first_score) as first_score, avg(score) as score
            from compared
            group by person_key
        )

        select
            competency,
            count(*) as students,
            avg(first_score) as first,
            avg(score) as last,
            avg(score - first_score) as change,
            stddev_samp(score - first_score) as spread,
        from with_all
        group by competency
        having count(*) >= {LEAST_COMPARED}
        order by competency <> '{ALL_COMPETENCIES}', change desc, competency
    """
    found = asked(scope, text)
    half = Z_95 * pl.col("spread") / pl.col("students").sqrt()
    return found.select(
        pl.col("competency").map_elements(word_text, pl.String),
        "students",
        "first",
        "last",
        "change",
        (pl.col("change") - half).alias("low"),
        (pl.col("change") + half).alias("high"),
    )


def asked(scope: Scope, text: str) -> pl.DataFrame:
    """Run a statement under a scope; it may name ``$as_of`` too."""
    return frame(scope.generation, scope.viewer, Query.of(text, scope.parameters() | {"as_of": scope.generation.as_of}))


def behind_persons(
    scope: Scope, condition: str, counted: str | None = None, word: str = "Students"
) -> list[tuple[str, Rows | None]]:
    """Return the students under a condition, the counted ones first where something is counted of them."""
    rows = slice_rows(
        scope,
        "fct_persons",
        "first_applied_date",
        condition,
        counted or "true",
        columns=COLUMNS,
        is_rate=counted is not None,
    )
    return [(word, rows)]


def behind_growth(scope: Scope) -> list[tuple[str, Rows | None]]:
    """Return the last scores of students scored more than once."""
    rows = slice_rows(scope, "fct_competency_scores", "first_applied_date", "is_compared = 1", columns=COLUMNS)
    return [("Last scores against the first", rows)]
