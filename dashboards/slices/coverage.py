"""How far outcomes are known, term by term: windows that are over, and outcomes that nobody saw."""

import polars as pl

from dashboards.database import Query, frame
from dashboards.intervals import design_effect, wilson
from dashboards.metrics import CLUSTERS, GROUP, values
from dashboards.rows import Rows, slice_rows
from dashboards.scope import Scope, conditions
from dashboards.slices.courses import course
from dashboards.slices.outcome_groups import narrowed
from dashboards.slices.outcomes import COLUMNS, LEAST_AT_RISK, MART
from dashboards.terms import term_key

STILL_WATCHED = 0.1
"""A term of whose pairs a larger share is inside the window is not mature: some end late, or graduate years later."""

BOUNDS = ("hire_through_lower_bound", "hire_through_upper_bound", "outcome_coverage", "hire_through_matured")
KNOWN = ("completers_due_365_days", "completers_with_unknown_outcome", "completers_mature_365_days")

TERM_SCHEMA = {
    "term": pl.String,
    "pairs": pl.Int64,
    "mature": pl.Int64,
    "hired": pl.Int64,
    "waiting": pl.Int64,
    "is_mature": pl.Boolean,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
}


def by_term(scope: Scope) -> pl.DataFrame:
    """Return the share hired within the window per term of completion: term, pairs, mature, hired, waiting, value.

    A mature term's value is the dictionary's rate over its matured pairs, with Wilson's interval. Its n is divided
    by the design effect of all terms together: pairs come in employers, an employer's own in projects. A term that is
    still watched has the hires so far over all its pairs, without an interval: a floor that can only rise.
    """
    rate = course(scope).matured[scope.filters.window]
    hits, whole = _parts(scope)
    rates = {row[GROUP]: row for row in values(scope, [rate, hits, whole], by="term_label").iter_rows(named=True)}
    effect = _design_effect(scope, hits, whole)
    rows = []
    for term, pairs, waiting, so_far in _watched(scope).iter_rows():
        known = rates.get(term) or {rate: None, hits: 0, whole: 0}
        is_mature = waiting <= STILL_WATCHED * pairs
        interval = (
            wilson(known[hits] / effect, known[whole] / effect) if is_mature and known[whole] >= LEAST_AT_RISK else None
        )
        rows.append(
            {
                "term": term,
                "pairs": pairs,
                "mature": int(known[whole]),
                "hired": int(known[hits]) if is_mature else so_far,
                "waiting": waiting,
                "is_mature": is_mature,
                "value": _value(known[rate], int(known[whole]), so_far, pairs, is_mature=is_mature),
                "low": interval.low if interval else None,
                "high": interval.high if interval else None,
            }
        )
    return pl.DataFrame(sorted(rows, key=lambda row: term_key(row["term"])), schema=TERM_SCHEMA)


def _design_effect(scope: Scope, hits: str, whole: str) -> float:
    """Return by how much clusters widen the variance; 1 where they are too few to tell."""
    clusters = values(scope, [hits, whole], by=CLUSTERS[0] if scope.host_id is None else CLUSTERS[1])
    return design_effect(clusters[hits].to_list(), clusters[whole].to_list()) or 1.0


def _value(rate: float | None, mature: int, so_far: int, pairs: int, *, is_mature: bool) -> float | None:
    if is_mature:
        return rate if mature >= LEAST_AT_RISK else None
    return so_far / pairs if pairs >= LEAST_AT_RISK else None


def _parts(scope: Scope) -> tuple[str, str]:
    """Return the numerator and the denominator of the window's rate, by the clock of the page."""
    days = scope.filters.window
    if scope.filters.clock == "graduated":
        return f"hires_from_readiness_within_{days}_days", f"completers_ready_mature_{days}_days"
    return f"hires_within_{days}_days", f"completers_mature_{days}_days"


def _watched(scope: Scope) -> pl.DataFrame:
    """Return per term its pairs, those inside the window on the day of the data, and the hires so far."""
    text = f"""
        select
            term_label,
            count(*) as pairs,
            count(*) filter (where {_is_waiting(scope)}) as waiting,
            count(*) filter (where {_is_hired(scope)}) as so_far,
        from analytics.marts.{MART}
        where {_is_of_cohort(scope)} and term_label is not null and {conditions(scope, course(scope).date, COLUMNS)}
        group by term_label
    """
    return frame(scope.generation, scope.viewer, Query.of(text, scope.parameters()))


def _is_waiting(scope: Scope) -> str:
    """Return the condition that a pair's window is not over: who has not graduated is not ready, and is waited for."""
    as_of = scope.generation.as_of.date().isoformat()
    return f"{course(scope).date} + {int(scope.filters.window)} > date '{as_of}'"


def _is_of_cohort(scope: Scope) -> str:
    return f"({course(scope).is_at_risk} = 1 or (is_eligible = 1 and {_is_waiting(scope)}))"


def _is_hired(scope: Scope) -> str:
    found = course(scope)
    return f"{found.is_at_risk} = 1 and {found.event} = 1 and {found.exit} <= {int(scope.filters.window)}"


def bounds(scope: Scope) -> pl.DataFrame:
    """Return per term of completion what is known after a year: term, due, unknown, coverage, low, value, high.

    ``low`` and ``high`` are Manski's: nobody, or everybody, of the unknown was hired. ``value`` is the share of those
    who were watched for the whole year. Terms of fewer than ten due are left out.
    """
    found = values(scope, [*BOUNDS, *KNOWN], by="term_label")
    due, unknown, watched = KNOWN
    low, high, coverage, value = BOUNDS
    kept = found.filter(pl.col(GROUP).is_not_null() & (pl.col(due) >= LEAST_AT_RISK))
    return (
        kept.select(
            pl.col(GROUP).alias("term"),
            pl.col(due).cast(pl.Int64).alias("due"),
            pl.col(unknown).cast(pl.Int64).alias("unknown"),
            pl.col(coverage).alias("coverage_share"),
            pl.col(low).alias("low"),
            pl.when(pl.col(watched) >= LEAST_AT_RISK).then(value).alias("value"),
            pl.col(high).alias("high"),
        )
        .with_columns(place=pl.col("term").map_elements(_order, return_dtype=pl.Int64))
        .sort("place")
        .drop("place")
    )


def _order(term: str) -> int:
    year, season = term_key(term)
    return year * 10 + season


def bounds_rows(scope: Scope) -> list[tuple[str, Rows | None]]:
    """Return the pairs whose year is over by the calendar; counted are those whose outcome is known."""
    found = slice_rows(
        scope, MART, "completed_date", "is_due_365_days = 1", "is_known_365_days = 1", columns=COLUMNS, is_rate=True
    )
    return [("Pairs whose year is over, known outcomes counted", found)]


def term_rows(scope: Scope, found: pl.DataFrame) -> list[tuple[str, Rows | None]]:
    """Return the pairs behind each term's bar; counted are those whom the host hired within the window."""
    ready, days = scope.filters.clock == "graduated", scope.filters.window
    hits = f"is_hired_from_readiness_{days}_days" if ready else f"is_hired_{days}_days"
    whole = f"{'is_ready_mature' if ready else 'is_mature'}_{days}_days * is_eligible"
    return [
        (
            term if is_mature else f"{term}, still watching",
            slice_rows(
                narrowed(scope, "term_label", term),
                MART,
                course(scope).date,
                f"{whole} = 1" if is_mature else _is_of_cohort(scope),
                f"{hits} = 1" if is_mature else _is_hired(scope),
                columns=COLUMNS,
                is_rate=True,
            ),
        )
        for term, is_mature in found.select("term", "is_mature").iter_rows()
    ]
