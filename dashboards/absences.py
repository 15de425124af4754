"""Values of filters that no row has, so that an empty answer is not taken for a finding."""

from collections.abc import Iterator

from dashboards.conditions import Condition
from dashboards.database import Generation, Query, TooSlowError, run
from dashboards.metrics import Dimension
from dashboards.names import nearest

CANDIDATES = 1000
"""Values, the most alike first, among which the nearest is looked for."""

PATIENCE_SECONDS = 3.0
"""A suggestion that takes longer is left out: the answer itself is there."""


def absences(generation: Generation, mart: str, dimension: Dimension, condition: Condition) -> Iterator[str]:
    """Yield a sentence for each value of a filter that no row of the mart has, with the nearest that some row has.

    Keys are looked up, never listed: other keys say nothing of the one that is missing.
    """
    if not condition.values:
        return
    held = _held(generation, mart, dimension, condition.values)
    for value in condition.values:
        if value not in held:
            near = "" if dimension.is_key else _suggestion(generation, mart, dimension, value)
            yield f"No row has {condition.name} = {value!r}{near}."


def _held(generation: Generation, mart: str, dimension: Dimension, values: tuple[str, ...]) -> set[str]:
    """Return those of the values that some row has."""
    text = f"""
        with written as ({_written(mart, dimension)})
        select distinct value from written where list_contains($wanted, value)
    """
    return set(run(generation, Query.of(text, {"wanted": values}))["value"])


def _suggestion(generation: Generation, mart: str, dimension: Dimension, value: str) -> str:
    text = f"""
        with written as ({_written(mart, dimension)}),
        found as (select distinct value from written where value is not null)
        select value from found
        order by
            contains(lower(value), lower($wanted)) desc,
            jaro_winkler_similarity(lower(value), lower($wanted)) desc,
            value
        limit {CANDIDATES}
    """
    try:
        candidates = run(generation, Query.of(text, {"wanted": value}), PATIENCE_SECONDS)["value"]
    except TooSlowError:
        return ""
    return f"; {nearest(value, candidates)}"


def _written(mart: str, dimension: Dimension) -> str:
    """Return the dimension's column as a filter compares it: as text, a date as its day."""
    kind = "date" if dimension.grain else "varchar"
    return f"select cast(cast({dimension.column} as {kind}) as varchar) as value from analytics.marts.{mart}"
