"""The leak map: where people leave between applying and starting, and how many hires each leak may have cost at most.

People of one host are counted, each once: by the application that came furthest in the slice (of several, by one that
was rejected, else withdrawn, else never decided), and not at all while one is still open, or where the host knew them
before, hired them all the same, or saw them complete another project.

A leak costs at most people who left x the share hired of those who passed the stage that they left before. It is an
upper bound: as if those who left had gone on like those who stayed, who were chosen because they were better, and as if
there had been room for all of them.

    left as                                        passed            share hired of those who passed
    not selected, withdrew, never decided          selected          hire_through_of_selected, 545 days from applying
    did not finish                                 completed         hire_through_matured, 365 days from completing
    completed, no offer                            offered           started / offered, of mature completers
    offer declined                                 accepted          started / accepted, of mature completers

The shares are those of all mature cohorts of the same categories and majors, whatever period and terms are chosen:
those who left lately have no mature companions.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from dashboards.database import Query, frame
from dashboards.definitions import catalogue
from dashboards.intervals import wilson
from dashboards.metrics import values
from dashboards.rows import Rows, slice_rows
from dashboards.scope import Filters, Scope, conditions
from dashboards.slices.applications import AFTER, COLUMNS, ENDS, after_completion, completed_pairs

LEAST_MATURE = 10
PASSED = {
    "Not selected": "selected",
    "Withdrew": "selected",
    "Never decided": "selected",
    "Did not finish": "completed",
    "Completed, no offer": "offered",
    "Offer declined": "accepted",
}
"""Leak -> the stage that those who left before it did not pass."""

STATES = ("expired", "open", "withdrawn", "rejected", "selected")
"""Ways out; of several applications that came as far, a person left by the last of these."""

APPLICATION = "max_by(application_id, ({furthest}, application_id))"

RATES = {"selected": "hire_through_of_selected", "completed": "hire_through_matured"}
LATER = {"offered": "is_offered", "accepted": "is_offer_accepted"}
ENDED_AFTER = {"Completed, no offer": "Completed", "Offer declined": "Offered"}

BENCHMARKS = Query("""
    select benchmark_id, label, cast(figure_usd as double) as figure_usd, year, source
    from analytics.marts.dim_benchmarks
    where quantity = 'cost per hire'
    order by benchmark_id <> 'cost-per-hire-mean', benchmark_id
""")
"""What a hire costs by other means; the default of ``dashboards.economics.assumptions`` comes first."""


def benchmarks(scope: Scope) -> dict[str, dict[str, Any]]:
    """Return the published costs of a hire by their id: benchmark_id, label, figure_usd, year, source."""
    found = frame(scope.generation, "meta", BENCHMARKS)
    return {row["benchmark_id"]: row for row in found.iter_rows(named=True)}


def leaks(scope: Scope, benchmark: Mapping[str, Any]) -> pl.DataFrame:
    """Return per leak: people who left, the stage not passed, mature people who passed it and how many were hired.

    ``hire_rate`` with its 95 % interval, ``hires_lost`` and ``value_usd`` are null where fewer than ten people who
    passed are mature.
    """
    left, shares = _left(scope), passed(scope)
    rows = []
    for leak, stage in PASSED.items():
        mature, hired = shares[stage]
        known = wilson(hired, mature) if mature >= LEAST_MATURE else None
        rate = hired / mature if known else None
        lost = None if rate is None else left[leak] * rate
        rows.append(
            {
                "leak": leak,
                "people": left[leak],
                "passed": stage,
                "mature": mature,
                "hired": hired,
                "hire_rate": rate,
                "low_rate": known.low if known else None,
                "high_rate": known.high if known else None,
                "hires_lost": lost,
                "value_usd": None if lost is None else lost * benchmark["figure_usd"],
            }
        )
    kinds = dict.fromkeys(("hire_rate", "low_rate", "high_rate", "hires_lost", "value_usd"), pl.Float64)
    return pl.DataFrame(rows, schema_overrides=kinds)


def passed(scope: Scope) -> dict[str, tuple[int, int]]:
    """Return per stage how many mature people passed it, and how many of them the host hired."""
    everyone = _whenever(scope)
    known = catalogue(scope.generation)
    parts = {
        stage: (str(known.metric(name).denominator), str(known.metric(name).numerator)) for stage, name in RATES.items()
    }
    counted = values(everyone, [part for pair in parts.values() for part in pair]).row(0, named=True)
    found = {stage: (int(counted[mature]), int(counted[hired])) for stage, (mature, hired) in parts.items()}
    later = ", ".join(f"cast(coalesce(sum({flag}), 0) as bigint) as {stage}" for stage, flag in LATER.items())
    text = f"""
        select {later}, cast(coalesce(sum(is_hired), 0) as bigint) as hired
        from analytics.marts.fct_person_host_outcomes
        where is_mature_completer = 1 and {conditions(everyone, "completed_date", COLUMNS)}
    """
    row = frame(scope.generation, scope.viewer, Query.of(text, everyone.parameters())).row(0, named=True)
    return found | {stage: (row[stage], row["hired"]) for stage in LATER}


def _whenever(scope: Scope) -> Scope:
    """Return the same scope with period and terms open."""
    kept = [name for name in scope.dimensions() if name != "term_label"]
    return replace(scope, filters=scope.filters.kept(kept))


def _left(scope: Scope) -> dict[str, int]:
    """Return per leak how many people left there."""
    text = f"select leak, count(*) as people from ({_leavers(scope)}) as leavers group by leak"
    found = dict(frame(scope.generation, scope.viewer, Query.of(text, scope.parameters())).iter_rows())
    after = dict(after_completion(scope).select("stage", "ended").iter_rows())
    return {leak: after[ENDED_AFTER[leak]] if leak in ENDED_AFTER else int(found.get(leak, 0)) for leak in PASSED}


def _leavers(scope: Scope, application: str = "null") -> str:
    """Return the statement of those who left one host before completing: leak, application_id (an aggregate).

    A person is one number: the furthest stage, then the way out. So millions of applications are grouped by a maximum
    and nothing else.
    """
    ends = " ".join(f"when {place} then '{ENDS[state]}'" for place, state in enumerate(STATES))
    places = " ".join(f"when '{state}' then {place}" for place, state in enumerate(STATES))
    furthest = f"furthest_stage_rank * 10 + case current_state {places} else 0 end"
    host = conditions(replace(scope, filters=Filters()), "", ())
    return f"""
        select
            case
                when furthest // 10 >= 3 then '{ENDS["selected"]}'
                else case furthest % 10 {ends} end
            end as leak,
            application_id,
        from (
            select
                person_key,
                max({furthest}) as furthest,
                max(is_open) as is_open,
                {application.format(furthest=furthest)} as application_id,
            from analytics.marts.fct_applications
            where {conditions(scope, "applied_date", COLUMNS)}
            group by person_key
        ) as people
        where
            is_open = 0
            and person_key not in (
                select person_key from analytics.marts.fct_person_host_applications
                where is_pre_existing = 1 and {host}
                union all
                select person_key from analytics.marts.fct_person_host_outcomes where {host}
                union all
                select person_key from analytics.marts.fct_hires where person_key is not null and {host}
            )
    """


def leaver_rows(scope: Scope) -> list[tuple[str, Rows | None]]:
    """Return the rows behind each leak, one per person: the application of the slice that came furthest."""
    found = []
    for leak in PASSED:
        if leak in ENDED_AFTER:
            rank = AFTER.index(ENDED_AFTER[leak]) + 1
            people = f"({completed_pairs(scope)}) where rank = {rank} and not is_open"
        else:
            people = f"({_leavers(scope, APPLICATION)}) where leak = '{leak}'"
        condition = f"application_id in (select application_id from {people})"
        found.append((leak, slice_rows(scope, "fct_applications", "applied_date", condition, columns=COLUMNS)))
    return found
