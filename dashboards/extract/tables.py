"""The tables of an extract that are worked out at the cut, from rows of which the extract itself does not tell."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import polars as pl

from dashboards import rivals
from dashboards.database import Connection, Generation, Query, run
from dashboards.elsewhere import may_tell
from dashboards.extract.outcomes import FOLLOWED
from dashboards.fairness.finished import ODDS, SHOWN
from dashboards.scope import PERIODS, Filters, Scope
from dashboards.slices import fairness_tables, hires
from dashboards.slices.courses import COURSES, Course

COUNTS = """
    select
        count(*) as pairs,
        count(*) filter (where event_code = 2) as elsewhere,
        count(*) filter (where is_at_risk_from_readiness = 1) as ready_pairs,
        count(*) filter (where is_at_risk_from_readiness = 1 and event_code = 2) as ready_elsewhere,
    from followed
    where is_at_risk = 1
"""

TOLD_DAYS = [*range(0, 181, 30), *range(217, 366, 37), *range(438, 7300, 73)]
"""Days on which starts elsewhere are told, every month at most: by the day of a step, and the first of a month, whoever
completed on a certain day of a month would be known. The days of all windows are among them."""

SIGNALS = dict.fromkeys(("outcome", "period", "predictor", "word"), pl.String)
"""The columns of agg_audition_signals: words alone, since figures would tell whose band is whose."""


def fill_curves(connection: Connection, host_id: str) -> None:
    """Write the host's curves, which depend on no start elsewhere, and beside them the share that starts elsewhere.

    That is told where enough completers did, and enough did not. The curve from readiness is of fewer completers than
    that from completion: where both tell, the completers between them are many enough to be told of too, or none.
    """
    connection.execute(f"create temp table followed as {FOLLOWED}", {"host": host_id})
    pairs, elsewhere, ready, ready_elsewhere = connection.execute(COUNTS).fetchall()[0]
    is_told = {"completion": may_tell(pairs, elsewhere), "readiness": may_tell(ready, ready_elsewhere)}
    if is_told["completion"] and pairs != ready and not may_tell(pairs - ready, elsewhere - ready_elsewhere):
        is_told["readiness"] = False
    for course in COURSES.values():
        connection.execute(f"create temp table slice as {in_curve(course, 'analytics.marts.fct_person_host_outcomes')}")
        connection.execute(f"create temp table known as {in_curve(course, 'followed')}")
        told = (
            "least(coalesce(told.elsewhere_incidence, 0), 1 - own.host_incidence)" if is_told[course.name] else "null"
        )
        connection.execute(
            f"""
            insert into analytics.marts.agg_hire_through_curve by name
            select $clock as clock, $host as scope_id, own.day, own.at_risk_count, own.host_count, own.host_incidence,
                own.host_lower, own.host_upper, null as elsewhere_count, {told} as elsewhere_incidence, null as survival
            from analytics.marts.cumulative_incidence('slice') as own
            asof left join (select day, elsewhere_incidence from analytics.marts.cumulative_incidence('known')) as told
                on list_max(list_filter($days, each -> each <= own.day)) >= told.day
            order by own.day
            """,
            {"clock": course.name, "host": host_id, "days": TOLD_DAYS},
        )
        connection.execute("drop table slice")
        connection.execute("drop table known")
    connection.execute("drop table followed")


def in_curve(course: Course, pairs: str) -> str:
    """Return the statement of the pairs in a curve."""
    return f"""
        select {course.entry} as entry_days, {course.exit} as exit_days, {course.event} as event_code,
            'all' as group_key
        from {pairs}
        where {course.is_at_risk} = 1
    """


def signals(generation: Generation, host_id: str) -> pl.DataFrame:
    """Return what the project rating is against GPA band and school type at the host's hires, in words: SIGNALS."""
    scope = Scope(generation, "employer", host_id)
    found: dict[str, dict[rivals.Key, rivals.Comparison | None]] = {}
    for period in PERIODS:
        rows = hires.schooled(replace(scope, filters=Filters(period)))
        for outcome in hires.OUTCOMES:
            for predictor, each in rivals.comparisons(*rows, outcome):
                found.setdefault(predictor, {})[outcome, period] = each
    told = [(*key, predictor, word) for predictor, each in found.items() for key, word in rivals.words(each).items()]
    return pl.DataFrame(told, schema=SIGNALS, orient="row")


def employers(generation: Generation, host_id: str) -> bool:
    """Tell whether a host is among the published employers."""
    text = "select count(*) as n from analytics.marts.dim_employers where host_id = $host"
    return bool(run(generation, Query.of(text, {"host": host_id}))["n"][0])


def worked_out(generation: Generation, host_id: str) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield the tables that no published file has, by name below the schema marts."""
    yield "agg_audition_signals", signals(generation, host_id)
    yield from fairness_tables.make(generation, host_id).items()


COMMENTS: Mapping[str, str] = {
    "agg_audition_signals": "One row per outcome, period and predictor: whether the project rating orders the outcome "
    "surely better than GPA band or school type does. A word, from ten hires on: figures, and the hires' own bands and "
    "schools, are not in this file.",
    SHOWN: "One row per cell of the cube of groups of which something may be shown, after suppression.",
    ODDS: "One row per group whose odds against the leading group may be shown, pooled and within projects.",
}
