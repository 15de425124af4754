"""How much of a cohort is mature, and where those who were watched stand."""

from collections.abc import Sequence

import polars as pl

from dashboards.database import Query, frame
from dashboards.scope import WINDOWS, Scope, conditions
from dashboards.slices.courses import course
from dashboards.slices.outcomes import COLUMNS, MART, Incidence


def maturity(scope: Scope) -> pl.DataFrame:
    """Return one row: completers, those left out and why, in the curve, and how many are mature per window.

    Of one employer's, those employed elsewhere are not known (``is_elsewhere_told``), and nobody is left out for it.
    """
    is_ready = scope.filters.clock == "graduated"
    prefix = "is_ready_mature" if is_ready else "is_mature"
    windows = ", ".join(
        f"cast(coalesce(sum({prefix}_{days}_days * is_eligible), 0) as bigint) as mature_{days}" for days in WINDOWS
    )
    unknown = "readiness_date is null" if is_ready else "false"
    text = f"""
        select
            count(*) as completers,
            count(*) filter (where is_pre_existing = 1) as pre_existing,
            count(*) filter (where is_eligible = 0 and is_pre_existing = 0) as employed_elsewhere,
            count(*) filter (where is_eligible = 1 and {unknown}) as unknown_graduation,
            count(*) filter (where {course(scope).is_at_risk} = 1) as in_curve,
            {windows},
        from analytics.marts.{MART}
        where {conditions(scope, course(scope).date, COLUMNS)}
    """
    found = frame(scope.generation, scope.viewer, Query.of(text, scope.parameters()))
    return found.with_columns(pl.lit(not scope.is_untold).alias("is_elsewhere_told"))


def meters(counts: pl.DataFrame) -> pl.DataFrame:
    """Return per window the completers that it concerns, and of how many it is over: mature, waiting, share."""
    row = counts.row(0, named=True)
    concerned = row["completers"] - row["pre_existing"] - row["employed_elsewhere"] - row["unknown_graduation"]
    rows = [
        {
            "window": name,
            "completers": concerned,
            "in_curve": row["in_curve"],
            "mature": row[f"mature_{days}"],
            "waiting": concerned - row[f"mature_{days}"],
            "share": row[f"mature_{days}"] / concerned if concerned else None,
        }
        for days, name in WINDOWS.items()
    ]
    return pl.DataFrame(rows, schema_overrides={"share": pl.Float64})


def standing(found: Sequence[Incidence | None]) -> pl.DataFrame:
    """Return per window that can be read where completers stand: host, elsewhere, neither (they sum to 1).

    No window where starts elsewhere are not told.
    """
    rows = [
        {
            "window": WINDOWS[each.day],
            "host": each.host,
            "elsewhere": each.elsewhere,
            "neither": 1 - each.host - each.elsewhere,
            "at_risk": each.at_risk,
        }
        for each in found
        if each is not None and each.elsewhere is not None
    ]
    kinds = {
        "window": pl.String,
        "host": pl.Float64,
        "elsewhere": pl.Float64,
        "neither": pl.Float64,
        "at_risk": pl.Int64,
    }
    return pl.DataFrame(rows, schema=kinds)
