"""The finished group tables of a scope: read where an extract holds them, made of the cube for the platform."""

from functools import lru_cache

import polars as pl

from dashboards.database import Generation, Query, frame
from dashboards.fairness.finished import ODDS, SHOWN, finished_tables
from dashboards.scope import Scope

PLATFORM = "platform"
"""Scope of the cube that holds all hosts together."""

IS_FINISHED = f"""
    select count(*) as tables from duckdb_tables()
    where database_name = 'analytics' and schema_name = 'marts' and table_name in ('{SHOWN}', '{ODDS}')
"""

FINISHED = {
    SHOWN: f"""
        select group_dimension, period_label, stage, group_value, status, unit_count, advanced_count, band_low_rate,
            band_high_rate
        from analytics.marts.{SHOWN}
        where scope_id = $cube_scope
        order by group_dimension, period_label, stage, group_value nulls last
    """,
    ODDS: f"""
        select group_dimension, group_value, leading_value, pooled, pooled_low, pooled_high, within, within_low,
            within_high, within_p
        from analytics.marts.{ODDS}
        where scope_id = $cube_scope
        order by group_dimension, group_value
    """,
}

RAW = ("agg_selection_cube", "agg_selection_strata")


def tables(scope: Scope) -> dict[str, pl.DataFrame]:
    """Return the finished tables of a scope by name; nothing that must be held back is in them."""
    return _tables(scope.generation, scope.viewer, cube_scope(scope))


@lru_cache(maxsize=256)
def _tables(generation: Generation, viewer: str, host_or_platform: str) -> dict[str, pl.DataFrame]:
    bound = {"cube_scope": host_or_platform}
    if host_or_platform != PLATFORM and _is_finished(generation, viewer):
        return {name: frame(generation, viewer, Query.of(text, bound)) for name, text in FINISHED.items()}
    cube, strata = (frame(generation, viewer, Query.of(raw_text(name), bound)) for name in RAW)
    return finished_tables(cube, strata)


def _is_finished(generation: Generation, viewer: str) -> bool:
    return bool(frame(generation, viewer, Query(IS_FINISHED))["tables"][0])


def raw_text(name: str) -> str:
    """Return the statement that reads one scope of the cube or of the strata."""
    return f"select * from analytics.marts.{name} where scope_id = $cube_scope"


def cube_scope(scope: Scope) -> str:
    """Name the scope of the cube that a page shows."""
    return scope.host_id or PLATFORM


def cells_query(scope: Scope) -> Query:
    """Return the statement behind every figure of groups: all cells of one scope."""
    is_finished = scope.host_id is not None and _is_finished(scope.generation, scope.viewer)
    return Query.of(FINISHED[SHOWN] if is_finished else raw_text(RAW[0]), {"cube_scope": cube_scope(scope)})
