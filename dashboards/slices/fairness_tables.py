"""The finished group tables of a scope: read where an extract holds them, made of the cube for the platform."""

import polars as pl

from dashboards.database import Generation, Query, frame, run
from dashboards.extract.outcomes import FIRST, WORKED_OUT
from dashboards.fairness.finished import ODDS, SHOWN, finished_tables
from dashboards.keeping import kept
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

COMPLETERS = f"""
    select student_key, host_id, term_label, {WORKED_OUT["is_mature_completer"]} as is_watched,
        {WORKED_OUT["is_offered_365_days"]} as is_offered, {WORKED_OUT["is_hired_365_days"]} as is_hired
    from (
        select *, {", ".join(f"{words} as {name}" for name, words in FIRST.items())}
        from analytics.marts.fct_person_host_outcomes
    )
"""
"""Completers as an extract holds them, and the cube counts them: as if nobody knew of a start elsewhere."""

PERSONS = f"""
    with completers as ({COMPLETERS}),
    units as (
        select 'selected' as stage, student_key as person, term_label, is_selected_30_days as is_advanced
        from analytics.marts.fct_applications where is_mature_30_days = 1 and {{of_host}}
        union all
        select 'completed', student_key, due_term_label, is_completed_in_time
        from analytics.marts.fct_engagements where is_mature_completion = 1 and {{of_host}}
        union all
        select unnest(['offered', 'hired']), student_key, term_label, unnest([is_offered, is_hired]) from completers
        where is_watched = 1 and {{of_host}}
    ),
    counted as (
        select person, stage, coalesce(term_label, 'unknown') as term_label, count(*) as unit_count,
            cast(sum(is_advanced) as bigint) as advanced_count
        from units group by all
    ),
    profiles as (
        select person, string_agg(concat_ws('|', stage, term_label, unit_count, advanced_count), ';'
            order by stage, term_label) as profile
        from counted group by person
    ),
    alike as (select min(person) as person, count(*) as person_count from profiles group by profile)
    select * from alike inner join counted using (person) order by person, stage, term_label
"""
"""How many persons have which rows, as readers find them: the rows of one of each, and how many are like it."""


def tables(scope: Scope) -> dict[str, pl.DataFrame]:
    """Return the finished tables of a scope by name; nothing that must be held back is in them."""
    return _tables(scope.generation, scope.viewer, cube_scope(scope))


@kept(256)
def _tables(generation: Generation, viewer: str, host_or_platform: str) -> dict[str, pl.DataFrame]:
    bound = {"cube_scope": host_or_platform}
    if host_or_platform != PLATFORM and _is_finished(generation, viewer):
        return {name: frame(generation, viewer, Query.of(text, bound)) for name, text in FINISHED.items()}
    return make(generation, host_or_platform)


def make(generation: Generation, host_or_platform: str) -> dict[str, pl.DataFrame]:
    """Return the finished tables of a host, or of the platform, from a published file: at an extract's cut, and for
    the pages of all employers."""
    bound = {"cube_scope": host_or_platform}
    of_host = "true" if host_or_platform == PLATFORM else "host_id = $cube_scope"
    texts = (*map(raw_text, RAW), PERSONS.format(of_host=of_host))
    cube, strata, persons = (run(generation, Query.of(text, bound)) for text in texts)
    return finished_tables(cube, strata, persons)


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
