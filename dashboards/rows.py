"""The rows behind a number: all of them are its denominator, the counted ones its numerator."""

from dataclasses import dataclass, replace

import polars as pl

from dashboards.database import Generation, Parameters, Query, frame, run
from dashboards.definitions import TERM, Catalogue, Definition, Model, catalogue
from dashboards.openable import COLUMNS, ELSEWHERE, KEYS, LEFT_OUT
from dashboards.scope import DIMENSIONS, SENSITIVE, Scope, conditions

COUNTED = "is_counted"
OVER_KNOWN = ("count", "count_distinct", "average", "median", "percentile")
"""Aggregations to which every row with a value adds."""


@dataclass(frozen=True)
class Rows:
    """Where the rows behind a number are found."""

    generation: Generation
    viewer: str
    query: Query
    is_rate: bool

    def page(self, number: int, size: int) -> pl.DataFrame:
        """Return one page of the rows, the counted ones first; pages count from 1."""
        skipped = (number - 1) * size
        limited = f"select * from ({self.query.text}) as behind limit {size:d} offset {skipped:d}"
        return frame(self.generation, self.viewer, Query(limited, self.query.parameters))

    def all(self) -> pl.DataFrame:
        """Return every row, for a download; not cached."""
        return run(self.generation, self.query)

    def counts(self) -> tuple[int, int]:
        """Return how many rows there are, and how many of them are counted."""
        text = f"select count(*) as n, count(*) filter (where {COUNTED}) as k from ({self.query.text}) as behind"
        found = frame(self.generation, self.viewer, Query(text, self.query.parameters))
        return int(found["n"][0]), int(found["k"][0])


def rows_behind(scope: Scope, name: str) -> Rows | None:
    """Return the rows behind a metric, or None where they may not be opened or one mart does not hold them."""
    known = catalogue(scope.generation)
    definition = known.metric(name)
    model = known.models.get(definition.model)
    if model is None or not may_open(scope, model.mart) or (scope.host_id is not None and not model.is_of_employers):
        return None
    whole = _flag(known, definition.denominator or name, model)
    counted = _flag(known, definition.numerator or name, model)
    if whole is None or counted is None or _would_tell(scope, model.mart, f"{whole} {counted}"):
        return None
    # Money spent where nothing came of it adds to a numerator and to no denominator.
    where = f"{_kept(scope, known, definition, model)} and ({whole} or {counted})"
    return _rows(scope, model.mart, where, counted, _date_column(known, definition, model), is_rate=definition.is_rate)


def slice_rows(
    scope: Scope,
    mart: str,
    date_column: str,
    condition: str = "true",
    counted: str = "true",
    *,
    columns: tuple[str, ...] = tuple(DIMENSIONS),
    term_column: str = "term_label",
    parameters: Parameters | None = None,
    is_rate: bool = False,
) -> Rows | None:
    """Return the rows of a mart under a scope and one more condition, or None where they may not be opened.

    ``columns`` are the mart's own columns that filters name, ``term_column`` the term of a row, as in ``conditions``;
    ``parameters`` are values that the condition binds besides the scope's.
    """
    if not may_open(scope, mart) or _would_tell(scope, mart, f"{condition} {counted}"):
        return None
    where = f"{conditions(scope, date_column, columns, term_column)} and ({condition})"
    found = _rows(scope, mart, where, f"({counted})", date_column, is_rate=is_rate)
    return replace(found, query=Query.of(found.query.text, {**scope.parameters(), **(parameters or {})}))


def may_open(scope: Scope, mart: str) -> bool:
    """Tell whether rows of a mart may be looked at: not while a school fact is filtered."""
    return mart in COLUMNS and not any(scope.filters.values(each) for each in SENSITIVE)


def _would_tell(scope: Scope, mart: str, chosen: str) -> bool:
    """Tell whether which rows there are, or count, would say of a person what became of it elsewhere."""
    left_out = LEFT_OUT.get(mart) if scope.is_untold else None
    return bool(ELSEWHERE.search(chosen) or (left_out and left_out.search(chosen)))


def _rows(scope: Scope, mart: str, where: str, counted: str, date_column: str, *, is_rate: bool) -> Rows:
    columns, order = COLUMNS[mart], f"{date_column} desc, {', '.join(KEYS.get(mart, COLUMNS[mart][:1]))}"
    text = f"""
        select coalesce({counted}, false) as {COUNTED}, {", ".join(columns)}
        from analytics.marts.{mart}
        where {where}
        order by {COUNTED} desc, {order}
    """
    return Rows(scope.generation, scope.viewer, Query.of(text, scope.parameters()), is_rate)


def _flag(known: Catalogue, name: str, model: Model) -> str | None:
    """Return the condition under which a row of the mart adds to a simple metric."""
    definition = known.metrics.get(name)
    if definition is None or definition.model != model.name or definition.expression is None:
        return None
    if definition.aggregation in OVER_KNOWN:
        return f"({definition.expression}) is not null"
    if definition.aggregation in ("sum", "sum_boolean"):
        return f"coalesce(cast({definition.expression} as double), 0) <> 0"
    return None


def _date_column(known: Catalogue, definition: Definition, model: Model) -> str:
    counted = known.metrics.get(definition.denominator or definition.name, definition)
    return counted.clock_column or model.date_column or COLUMNS[model.mart][0]


def _kept(scope: Scope, known: Catalogue, definition: Definition, model: Model) -> str:
    """Return which rows of its mart a metric looks at, as a condition; some look at the last period alone."""
    where = _filters(scope, known, definition, model)
    if not definition.is_latest:
        return where
    date_column = _date_column(known, definition, model)
    return f"{where} and {date_column} = (select max({date_column}) from analytics.marts.{model.mart} where {where})"


def _filters(scope: Scope, known: Catalogue, definition: Definition, model: Model) -> str:
    """Return the filters that the metric itself obeys as a condition over its mart, so that the rows obey the same."""
    reached = {each: known.filtered(definition.name, each) for each in scope.dimensions()}
    own = [each for each, name in reached.items() if name and name.startswith(f"{model.entity}__")]
    term = (known.dimension_of(definition.name, TERM) or TERM).rpartition("__")[2]
    narrowed = replace(scope, filters=scope.filters.kept(("period", *own)))
    parts = [conditions(narrowed, _date_column(known, definition, model), tuple(own), term)]
    joined = {each: name for each, name in reached.items() if name and each not in own}
    return " and ".join([*parts, *(_semi_join(known, model, each, name) for each, name in joined.items())])


def _semi_join(known: Catalogue, model: Model, column: str, name: str) -> str:
    """Return a filter on a neighbour's column: ``employer__state`` is kept by the neighbour's key."""
    entity = name.rpartition("__")[0]
    other = next(each for each in known.models.values() if each.entity == entity and column in each.dimensions)
    own_key, other_key = (dict(each.entity_columns)[entity] for each in (model, other))
    kept = f"select {other_key} from analytics.marts.{other.mart} where list_contains(${column}, {column})"
    return f"{own_key} in ({kept})"
