"""Metric values: MetricFlow compiles the SQL, the viewer's connection runs it. The only file that asks MetricFlow."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from threading import Lock
from typing import Any

import polars as pl

from dashboards.database import DatabaseError, Generation, Query, frame
from dashboards.definitions import TERM, Catalogue, Model, catalogue, manifest_text
from dashboards.keeping import kept
from dashboards.scope import DIMENSIONS, Scope

GROUP = "group"
TIMES = ("month", "quarter")
CLUSTERS = ("employer", "project")

_engine_lock = Lock()


class UnreachableGroupError(ValueError):
    """A grouping outside the allow-list, or one that the metric's model does not reach."""

    def __init__(self, by: str, model: str) -> None:
        allowed = ", ".join([*DIMENSIONS, *TIMES, *CLUSTERS])
        super().__init__(f"Expected one of {allowed}, reachable from the model {model}; found {by!r}.")


class PlatformMetricError(DatabaseError):
    """A metric of the whole platform was asked for one employer."""

    def __init__(self, model: str) -> None:
        super().__init__(f"Expected a model whose rows belong to employers, found {model}: ask it of the platform.")


class UncompilableError(DatabaseError):
    """A question that MetricFlow cannot turn into SQL."""

    def __init__(self, names: Sequence[str], words: str) -> None:
        super().__init__(f"{', '.join(names)} cannot be asked so. MetricFlow says: {' '.join(words.split())[:600]}")


@dataclass(frozen=True)
class Dimension:
    """A column that metrics can be split by: its full name, such as ``employer__industry``, and where it is held.

    ``grain`` is the finest period of a date, and None of everything else; ``is_key`` marks the key of an entity.
    """

    name: str
    description: str
    model: str | None
    column: str
    grain: str | None
    is_key: bool = False


def values(scope: Scope, names: Sequence[str], by: str | None = None) -> pl.DataFrame:
    """Return one column per metric, and one row per group when ``by`` names a dimension, a time grain or a cluster.

    Counts and sums over nothing are 0, all else is null. Filters that a metric's model does not carry are left out:
    ``ignored_filters`` says which. A ratio is asked as its two parts and divided here, as MetricFlow would: MetricFlow
    reads the mart anew for each ratio of a statement (2026-11-22).
    """
    known = catalogue(scope.generation)
    ratios = {name: parts for name in names if (parts := _simple_parts(known, name))}
    asked = dict.fromkeys(chain.from_iterable(ratios.get(name, (name,)) for name in names))
    frames = [
        (among, frame(scope.generation, scope.viewer, query(scope, among, by))) for among in _together(known, asked)
    ]
    tidied = [_tidy(found, among, by) for among, found in frames]
    joined = tidied[0]
    for other in tidied[1:]:
        joined = (
            pl.concat([joined, other], how="horizontal")
            if by is None
            else joined.join(other, on=GROUP, how="full", coalesce=True, nulls_equal=True)
        )
    divided = joined.with_columns(_quotient(*parts).alias(name) for name, parts in ratios.items())
    totals = [name for name in names if known.metric(name).is_total]
    counted = divided.with_columns(pl.col(totals).fill_null(0))
    return counted.select([*([GROUP] if by else []), *names]).sort(GROUP) if by else counted.select(names)


def cluster_sums(scope: Scope, rates: Sequence[str], by: str) -> dict[str, dict[str, float]]:
    """Return of each rate, over the clusters that have units of it, what ``design_effect_of_sums`` takes.

    The clusters are summed where they are counted: there may be a hundred thousand of them.
    """
    known = catalogue(scope.generation)
    found: dict[str, dict[str, float]] = {}
    for among in _together(known, rates):
        parts = {name: _simple_parts(known, name) for name in among}
        counted = query(scope, list(dict.fromkeys(chain.from_iterable(parts.values()))), by)
        sums = ", ".join(
            f"{words} filter (where {whole} > 0) as {name}__{key}"
            for name, (hits, whole) in parts.items()
            for key, words in _moments(hits, whole).items()
        )
        row = frame(
            scope.generation, scope.viewer, replace(counted, text=f"select {sums} from ({counted.text}) as clusters")
        ).row(0, named=True)
        found |= {name: {key: row[f"{name}__{key}"] or 0 for key in _moments("", "")} for name in among}
    return found


def _moments(hits: str, whole: str) -> dict[str, str]:
    """Return the sums over clusters as SQL: doubles, since squares outgrow decimals."""
    k, n = f"cast({hits} as double)", f"cast({whole} as double)"
    return {
        "clusters": "count(*)",
        "hits": f"sum({k})",
        "size": f"sum({n})",
        "hit_squares": f"sum({k} * {k})",
        "products": f"sum({k} * {n})",
        "size_squares": f"sum({n} * {n})",
    }


def _simple_parts(known: Catalogue, name: str) -> tuple[str, ...]:
    """Return numerator and denominator of a ratio that one statement can ask, or nothing."""
    definition = known.metric(name)
    parts = tuple(part for part in (definition.numerator, definition.denominator) if part)
    is_simple = len(parts) == 2 and all(known.metric(part).kind == "simple" for part in parts)
    return parts if is_simple and len(_together(known, parts)) == 1 else ()


def _quotient(numerator: str, denominator: str) -> pl.Expr:
    return pl.when(pl.col(denominator) != 0).then(pl.col(numerator) / pl.col(denominator))


def query(scope: Scope, names: Sequence[str], by: str | None = None) -> Query:
    """Return the statement that yields these metrics of one model and term: the receipt of a number."""
    known, first = catalogue(scope.generation), names[0]
    text = compiled(scope.generation, tuple(sorted(names)), _group_by(known, first, by), _where(known, first, scope))
    return Query.of(text, {name: value for name, value in scope.parameters().items() if f"${name}" in text})


def ignored_filters(scope: Scope, name: str) -> list[str]:
    """Name the set filters that do not apply to a metric, because its mart does not carry them."""
    known = catalogue(scope.generation)
    return [DIMENSIONS[each] for each in scope.dimensions() if known.filtered(name, each) is None]


def compiled(generation: Generation, names: tuple[str, ...], group_by: tuple[str, ...], where: tuple[str, ...]) -> str:
    """Return MetricFlow's SQL for a shape of question; values come later, as bound parameters.

    Generations with the same definitions share it, so that a new one is not slow at first.
    """
    return statement(manifest_text(generation), names, group_by, where)


@lru_cache(maxsize=4096)
def statement(manifest: str, names: tuple[str, ...], group_by: tuple[str, ...], where: tuple[str, ...]) -> str:
    """Return MetricFlow's SQL by the definitions of a semantic manifest."""
    from metricflow.engine.metricflow_engine import MetricFlowQueryRequest
    from metricflow_semantics.errors.error_classes import InvalidQueryException

    request = MetricFlowQueryRequest.create(metric_names=names, group_by_names=group_by, where_constraints=where)
    try:
        return str(_engine(manifest).explain(request).sql_statement.sql)
    except InvalidQueryException as error:
        raise UncompilableError(names, str(error)) from error


@kept(1024)
def dimensions(generation: Generation, names: tuple[str, ...]) -> tuple[Dimension, ...]:
    """Return every dimension that all of these metrics reach, the dates among them with their finest grain."""
    found = [_dimension(each) for each in _engine(manifest_text(generation)).simple_dimensions_for_metrics(list(names))]
    return tuple(sorted(found, key=lambda each: each.name))


def _dimension(reached: Any) -> Dimension:
    is_time = reached.type.value == "time"
    grain = reached.type_params.time_granularity.value if is_time else None
    model = reached.semantic_model_reference
    return Dimension(
        name="__".join([*(link.element_name for link in reached.entity_links), reached.name]),
        description=reached.description or "",
        model=model.semantic_model_name if model else None,
        column=reached.expr or reached.name,
        grain=grain,
    )


def _together(known: Catalogue, names: Iterable[str]) -> list[list[str]]:
    """Part metrics into those that one statement can ask: of one model, and of one term."""
    grouped: dict[tuple[str, str | None], list[str]] = {}
    for name in names:
        grouped.setdefault((known.metric(name).model, known.dimension_of(name, TERM)), []).append(name)
    return list(grouped.values())


def _group_by(known: Catalogue, name: str, by: str | None) -> tuple[str, ...]:
    model = known.model(name)
    if by is None:
        return ()
    if by in TIMES:
        return (f"metric_time__{by}",)
    if by in CLUSTERS and by in model.entities:
        return (by,)
    found = known.dimension_of(name, by) if by in DIMENSIONS else None
    if found is None:
        raise UnreachableGroupError(by, model.name)
    return (found,)


def _where(known: Catalogue, metric: str, scope: Scope) -> tuple[str, ...]:
    """Return the filters as MetricFlow templates that hold names from the allow-list and parameters, never values."""
    model = known.model(metric)
    parts = []
    if scope.host_id is not None:
        parts.append(_host_condition(model, scope))
    if scope.since() is not None:
        grain = model.grain(known.metric(metric).clock_column)
        parts.append(f"{{{{ TimeDimension('metric_time', '{grain}') }}}} >= $since")
    for name in scope.dimensions():
        if (found := known.filtered(metric, name)) is not None:
            parts.append(f"list_contains(${name}, {{{{ Dimension('{found}') }}}})")
    return tuple(parts)


def _host_condition(model: Model, scope: Scope) -> str:
    if "host" in model.entities:
        return "{{ Entity('host') }} = $host"
    if "host_id" in model.dimensions:
        return f"{{{{ Dimension('{model.entity}__host_id') }}}} = $host"
    if not model.is_of_employers:
        raise PlatformMetricError(model.name)
    employers = ", ".join(f"${name}" for name in scope.employer_parameters()) or "null"
    return f"{{{{ Entity('employer') }}}} in ({employers})"


def _tidy(found: pl.DataFrame, names: Sequence[str], by: str | None) -> pl.DataFrame:
    """Cast sums (decimals) and rates to floats, months to dates, and call the grouping column ``group``."""
    if by is not None:
        found = found.rename({next(name for name in found.columns if name not in names): GROUP})
    if by in TIMES:
        found = found.with_columns(pl.col(GROUP).cast(pl.Date))
    return found.with_columns(pl.exclude(GROUP).cast(pl.Float64))


@lru_cache(maxsize=3)
def _engine_of(text: str) -> Any:
    # The import takes more than a second: pages without metrics do not pay for it.
    from metricflow.engine.metricflow_engine import MetricFlowEngine
    from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
    from metricflow_semantics.model.dbt_manifest_parser import parse_manifest_from_dbt_generated_manifest
    from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

    class Compiler:
        """As much of a SQL client as MetricFlow needs to write SQL; it runs none."""

        def __init__(self) -> None:
            self.sql_plan_renderer = DuckDbSqlPlanRenderer()
            self.sql_engine_type = _duckdb_engine()

        def render_bind_parameter_key(self, bind_parameter_key: str) -> str:
            return f"${bind_parameter_key}"

    lookup = SemanticManifestLookup(parse_manifest_from_dbt_generated_manifest(text))
    return MetricFlowEngine(semantic_manifest_lookup=lookup, sql_client=Compiler())


def _duckdb_engine() -> Any:
    from metricflow.protocols.sql_client import SqlEngine

    return SqlEngine.DUCKDB


def _engine(manifest: str) -> Any:
    with _engine_lock:
        return _engine_of(manifest)
