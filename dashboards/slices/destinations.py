"""Where students land: first destinations of graduates, and the way of completers to a first full-time job."""

import polars as pl

from dashboards.database import Query, frame
from dashboards.intervals import wilson
from dashboards.scope import Scope, conditions
from dashboards.slices.outcomes import LEAST_AT_RISK
from dashboards.slices.students import COLUMNS, LEAST_COMPARED, asked, rates

POSITIVE = ("employed_full_time", "employed_part_time", "continuing_education", "service", "military")

LANDINGS = {
    "employed_full_time": "Full-time work",
    "employed_part_time": "Part-time work",
    "continuing_education": "Further study",
    "service": "Service or military",
    "military": "Service or military",
    "seeking_employment": "Seeking",
    "seeking_education": "Seeking",
    "not_seeking": "Not seeking",
    "unknown": "Not known",
}
"""First destination -> in words, in the order in which they are drawn."""

GROUPS = {"completed": "Completed a project", "applied": "Applied only", "neither": "Never applied"}

COMPARED = ("completed", "applied")


def first_job(scope: Scope) -> pl.DataFrame:
    """Return day after the first completion, at_risk_count, share in a first full-time job by then, low, high.

    Without a filter this is the published ``agg_any_employer_curve``; under one the same macro draws the slice.
    """
    columns = "day, at_risk_count, {0}_incidence as hired, {0}_lower as low, {0}_upper as high"
    if any(scope.dimensions()) or scope.since() is not None:
        sliced = f"""
            select entry_days, exit_days, event_code, 'all' as group_key
            from analytics.marts.fct_person_outcomes
            where is_at_risk = 1 and {conditions(scope, "first_completed_date", COLUMNS)}
        """
        text = f"select {columns.format('host')} from analytics.marts.cumulative_incidence('slice') order by day"
        query = Query.of(text, scope.parameters(), sliced)
    else:
        text = f"select {columns.format('hired')} from analytics.marts.agg_any_employer_curve order by day"
        query = Query.of(text)
    found = frame(scope.generation, scope.viewer, query)
    return found.filter(pl.col("at_risk_count") >= LEAST_AT_RISK).with_columns(
        pl.col("day", "at_risk_count").cast(pl.Int64)
    )


def landings(scope: Scope) -> pl.DataFrame:
    """Return graduates of closed classes by how far they came on the platform and where they landed.

    Columns: group, destination, graduates, share (of the group's graduates). Those not known have a row of their own.
    """
    worded = _destined(scope).select(
        pl.col("participation").replace(GROUPS).alias("group"), pl.col("destination").replace(LANDINGS), "graduates"
    )
    summed = worded.group_by("group", "destination", maintain_order=True).agg(pl.col("graduates").sum())
    return summed.with_columns((pl.col("graduates") / pl.col("graduates").sum().over("group")).alias("share"))


def career_outcomes(scope: Scope) -> pl.DataFrame:
    """Return graduates' career outcomes by how far they came: group, graduates, known, share (NACE), low, high.

    The share leaves out those not known and those not seeking, as the metric does; closed classes only.
    """
    found = _destined(scope)
    rows = []
    for group in COMPARED:
        here = dict(found.filter(pl.col("participation") == group).select("destination", "graduates").iter_rows())
        whole = sum(here.values())
        seeking = whole - here.get("unknown", 0) - here.get("not_seeking", 0)
        landed = sum(here.get(each, 0) for each in POSITIVE)
        band = wilson(landed, seeking) if seeking >= LEAST_COMPARED else None
        rows.append(
            {
                "group": GROUPS[group],
                "graduates": whole,
                "known": whole - here.get("unknown", 0),
                "share": landed / seeking if band else None,
                "low": band.low if band else None,
                "high": band.high if band else None,
            }
        )
    return pl.DataFrame(rows, schema=rates("group", "graduates", "known"))


def _destined(scope: Scope) -> pl.DataFrame:
    """Return graduates of closed classes by participation and destination; the term of a cohort is not theirs."""
    text = f"""
        select participation, coalesce(destination, 'unknown') as destination, count(*) as graduates
        from analytics.marts.fct_graduates
        where class_status = 'closed' and {conditions(scope, "graduation_date", ("major_family",))}
        group by all
    """
    found = asked(scope, text)
    order, groups = list(LANDINGS), list(GROUPS)
    ranked = sorted(found.iter_rows(), key=lambda row: (groups.index(row[0]), order.index(row[1])))
    return pl.DataFrame(ranked, schema=found.schema, orient="row")
