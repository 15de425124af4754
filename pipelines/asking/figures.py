"""The figures of matured cohorts, month by month, as their one definition counts them: asked of any published file."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.sql import literal

if TYPE_CHECKING:
    from dashboards.definitions import Catalogue, Definition


@dataclass(frozen=True)
class Figure:
    """One month's cohort of a metric: units in the numerator and in the denominator."""

    month: date
    hits: float
    units: float


Figures = dict[str, dict[date, Figure]]
"""Metric -> month -> figure."""


def rates(manifest: str) -> "list[Definition]":
    """Return the shares of matured cohorts: windowed, with numerator and denominator counted on one mart."""
    from dashboards.definitions import catalogue_of

    known = catalogue_of(manifest)
    return [each for each in known.metrics.values() if is_of_matured_cohorts(each, known)]


def is_of_matured_cohorts(metric: "Definition", known: "Catalogue") -> bool:
    """Say whether the past of a metric is over: a window that has passed for each unit that is counted."""
    parts = [known.metric(part) for part in (metric.numerator, metric.denominator) if part]
    is_simple = len(parts) == 2 and all(part.kind == "simple" for part in parts)
    is_of_one = is_simple and len({(part.model, part.clock_column) for part in parts}) == 1
    return is_of_one and metric.unit == "share" and metric.window_days is not None and bool(metric.cohort)


def alike(then: str, now: str) -> set[str]:
    """Return the rates that two semantic manifests count alike, whatever they say of them."""
    told = [{each.name: counted(each, manifest) for each in rates(manifest)} for manifest in (then, now)]
    return {name for name in told[0] if told[0][name] == told[1].get(name)}


def counted(metric: "Definition", manifest: str) -> list[tuple[str | None, ...]]:
    """Return what decides a rate: of each part the model, the expression, how it is summed and its clock."""
    from dashboards.definitions import catalogue_of

    known = catalogue_of(manifest)
    parts = [known.metric(part) for part in (metric.numerator, metric.denominator) if part]
    return [(each.model, each.expression, each.aggregation, each.clock_column) for each in parts]


def figures(file: Path, manifest: str, kept: Path) -> Figures:
    """Return the figures of a published file, by the definitions of a semantic manifest.

    ``kept`` is a file for the compiled statements, since a compiler takes seconds to start.
    """
    found: Figures = {}
    with duckdb.connect() as connection:
        connection.execute("set autoinstall_known_extensions = false")
        connection.execute("set autoload_known_extensions = false")
        connection.execute(f"attach {literal(str(file))} as analytics (read_only)")
        connection.execute("use analytics")
        for among, text in remembered(manifest, kept):
            rows = [dict(zip(columns(connection), row, strict=True)) for row in connection.execute(text).fetchall()]
            for metric in among:
                found[metric.name] = dict(months(rows, metric))
    return found


def remembered(manifest: str, kept: Path) -> "list[tuple[list[Definition], str]]":
    """Return the statements as they were compiled for the same definitions, or compile and keep them."""
    known = {each.name: each for each in rates(manifest)}
    digest = hashlib.sha256(f"{version('metricflow')} {manifest}".encode()).hexdigest()
    told = json.loads(kept.read_text()) if kept.exists() else {}
    if digest not in told:
        compiled = [([each.name for each in among], text) for among, text in statements([*known.values()], manifest)]
        told = {**dict([*told.items()][-1:]), digest: compiled}
        kept.write_text(json.dumps(told))
    return [([known[name] for name in names], text) for names, text in told[digest]]


def columns(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the columns of the last statement."""
    return [str(name) for name, *_ in connection.description or ()]


def statements(metrics: "list[Definition]", manifest: str) -> "Iterator[tuple[list[Definition], str]]":
    """Yield the metrics of each mart and clock with the statement that counts them, MetricFlow's own."""
    from dashboards.metrics import statement

    by_mart = sorted(metrics, key=lambda each: (each.model, each.clock_column or "", each.name))
    for _, group in groupby(by_mart, key=lambda each: (each.model, each.clock_column)):
        among = list(group)
        parts = sorted({part for each in among for part in (each.numerator, each.denominator) if part})
        yield among, statement(manifest, tuple(parts), ("metric_time__month",), ())


def months(rows: list[dict[str, Any]], metric: "Definition") -> Iterator[tuple[date, Figure]]:
    """Yield the months in which a metric has units."""
    for row in rows:
        month, units = row["metric_time__month"], float(row[metric.denominator or ""] or 0)
        if month is not None and units > 0:
            day = date(month.year, month.month, 1)
            yield day, Figure(day, float(row[metric.numerator or ""] or 0), units)


def units(manifest: str, name: str) -> str:
    """Return a statement on the warehouse, with the generation before attached as ``before``: units told otherwise.

    One row per unit and month, from ``{first}`` to ``{last}``, with its part in numerator and denominator then and now.
    """
    from dashboards.definitions import catalogue_of
    from dashboards.metrics import statement

    known = catalogue_of(manifest)
    metric, unit = known.metric(name), known.model(name).entity
    parts = sorted({part for part in (metric.numerator, metric.denominator) if part})
    lines = statement(manifest, tuple(parts), ("metric_time__month", unit), ()).splitlines()
    now = "\n".join(line for line in lines if not line.lstrip().startswith("--"))
    then = now.replace('"analytics"."marts"', '"before"."marts"')
    told = ", ".join(f"earlier.{part} as {part}_before, latest.{part} as {part}_now" for part in parts)
    differs = " or ".join(f"earlier.{part} is distinct from latest.{part}" for part in parts)
    return (
        f"select {unit}, metric_time__month as month, {told} from ({then}) as earlier full join ({now}) as latest "
        f"using ({unit}, metric_time__month) where ({differs}) "
        "and metric_time__month between '{first}' and '{last}'"
    )


def keys(manifest: str) -> dict[str, str]:
    """Return mart -> the column that tells its rows apart, where a semantic model names one."""
    from dashboards.definitions import catalogue_of

    models = catalogue_of(manifest).models.values()
    return {each.mart: dict(each.entity_columns)[each.entity] for each in models if each.entity in each.entities}
