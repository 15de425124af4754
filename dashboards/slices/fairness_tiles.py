"""Who takes part, and the tiles of the pages about groups."""

from dataclasses import replace

import polars as pl

from dashboards.database import Query, frame
from dashboards.fairness.groups import MINIMUM_UNITS
from dashboards.fairness.tables import ALL_TIME
from dashboards.formats import count_text, share_text
from dashboards.readings import Explanation, Reading
from dashboards.scope import Scope
from dashboards.slices.fairness import STAGES, at, counts, group_text, shown
from dashboards.slices.fairness_tables import cells_query

AT_HOME = "At their institutions"

INSTITUTIONS = """
    select
        avg(institutions.pell_share) as pell,
        count(institutions.pell_share) as pell_students,
        avg(institutions.first_generation_share) as first_generation,
        count(institutions.first_generation_share) as first_generation_students,
    from analytics.marts.dim_students as students
    inner join analytics.marts.dim_institutions as institutions using (institution_unitid)
    where not students.is_deleted
"""

WHO = {"pell": "Students with a Pell grant", "first_generation": "First-generation students"}
"""Dimension -> whose part is followed; both are of students, and institutions publish both."""

COMPARED = Explanation(
    text="Groups of the chosen dimension, stage and period against the one with the highest rate, as far as both may "
    "be shown in full. A comparison for review is no legal finding.",
    formula="",
    clock="applied_at, due_at or first_completed_at, by stage",
    window="30, 14 or 365 days, by stage",
    owner="platform analytics",
)

TAKES_PART = Explanation(
    text="Share of applications, all time, by students who say so, among those of whom it is known.",
    formula="applications of the group / applications of those of whom it is known",
    clock="applied_at",
    window="30 days",
    owner="platform analytics",
)


def participation(groups: pl.DataFrame, institutions: float | None, dimension: str) -> pl.DataFrame:
    """Return the share of a dimension's ``yes`` among those known: at the institutions, and by step, over all time."""
    steps = [("Applied", "selected", "units"), *((each.label, stage, "advanced") for stage, each in STAGES.items())]
    rows: list[tuple[str, float | None, int | None]] = [(AT_HOME, institutions, None)]
    for label, stage, column in steps:
        held = dict(at(groups, ALL_TIME, stage).drop_nulls(column).select("group", column).iter_rows())
        yes, no = (held.get(group_text(dimension, each)) for each in ("yes", "no"))
        if yes is not None and no is not None:
            rows.append((label, yes / (yes + no), yes + no))
    return pl.DataFrame(rows, schema={"step": pl.String, "share": pl.Float64, "known": pl.Int64}, orient="row")


def institutions(scope: Scope) -> dict[str, float | None]:
    """Return the mean share of Pell and of first-generation students at the institutions that our students attend."""
    row = frame(scope.generation, scope.viewer, Query(INSTITUTIONS)).row(0, named=True)
    return {
        name: float(row[name]) if row[name] is not None and row[f"{name}_students"] >= MINIMUM_UNITS else None
        for name in ("pell", "first_generation")
    }


def participations(scope: Scope) -> dict[str, pl.DataFrame]:
    """Return per dimension of WHO how its share goes from the institutions to the hires."""
    homes = institutions(scope)
    return {each: participation(shown(scope, each), homes[each], each) for each in WHO}


def comparison_readings(scope: Scope, compared: pl.DataFrame, stage: str) -> list[Reading]:
    """Return the tiles of one comparison. None of them has rows behind it: METRICS.md, "Suppression"."""
    others, review, too_few, lowest = counts(
        compared["verdict"].drop_nulls().to_list(), compared["impact_ratio"].to_list()
    )
    exact = compared.filter(pl.col("verdict").is_not_null() | pl.col("is_leading"))
    above = "" if lowest is not None else "no two groups may be shown in full"
    return [
        _reading(scope, "groups_compared", "Groups in the comparison", "count", exact.height, "groups shown in full"),
        _reading(
            scope, "groups_for_review", "Groups for review", "count", review, "below four fifths, or beyond chance"
        ),
        _reading(scope, "groups_too_few", "Too few to say", "count", too_few, "one unit more or less decides"),
        _reading(
            scope, "lowest_ratio", "Lowest rate over the highest", "ratio", lowest, "group's rate / highest", above
        ),
        _reading(
            scope,
            "units_compared",
            f"{STAGES[stage].units.capitalize()} in the comparison",
            "count",
            int(exact["units"].sum()),
            f"{STAGES[stage].units} of the groups shown in full",
            f"of {count_text(others + 1, 'group')}" if exact.height else "",
        ),
    ]


def _reading(
    scope: Scope, name: str, label: str, unit: str, value: float | None, formula: str, note: str = ""
) -> Reading:
    return Reading(
        name=name,
        label=label,
        unit=unit,
        value=value,
        explanation=replace(COMPARED, formula=formula),
        receipt=cells_query(scope),
        filters=scope.filters,
        notes=(note,) if note else (),
    )


def participation_readings(scope: Scope, found: dict[str, pl.DataFrame]) -> list[Reading]:
    """Return per dimension the share of applications, beside that of the institutions that the students attend."""
    return [_participation(scope, dimension, steps) for dimension, steps in found.items()]


def _participation(scope: Scope, dimension: str, steps: pl.DataFrame) -> Reading:
    shares = {row["step"]: row for row in steps.iter_rows(named=True)}
    applied, home = shares.get("Applied"), shares[AT_HOME]["share"]
    note = "too few to show" if applied is None else f"{share_text(home)} of students where they study"
    return Reading(
        name=f"{dimension}_share",
        label=f"Applications: {group_text(dimension, 'yes')}",
        unit="share",
        value=applied["share"] if applied else None,
        explanation=TAKES_PART,
        receipt=cells_query(scope),
        filters=scope.filters,
        denominator=float(applied["known"]) if applied else None,
        notes=(note,),
    )
