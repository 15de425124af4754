"""What each metric means and where it is counted: read from the semantic manifest that the published file carries."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from dashboards.database import FILES_OPEN, DatabaseError, Generation, Query, run
from dashboards.keeping import kept
from dashboards.names import nearest

TOTALS = ("sum", "sum_boolean", "count", "count_distinct")
"""Aggregations that are 0 over nothing."""

EMPLOYER_FACTS = ("industry", "state")
"""Columns of an employer; a state is that of the headquarters, not that of a student."""

TERM = "term_label"
"""Column for the term of a mart's main clock; ``due_term_label`` is that of due_date, and so on."""


class UnknownMetricError(DatabaseError):
    """A metric that the published file does not define."""

    def __init__(self, name: str, known: Mapping[str, object]) -> None:
        super().__init__(f"Metric {name!r} is unknown; {nearest(name, known)}. All of them: `throughline metrics`.")


@dataclass(frozen=True)
class Model:
    """One semantic model: the mart it stands on, its key entity, the entities it points to, its dimensions."""

    name: str
    mart: str
    entity: str
    entity_columns: tuple[tuple[str, str], ...]
    dimensions: frozenset[str]
    date_column: str | None
    date_grains: tuple[tuple[str, str], ...] = ()

    def grain(self, date_column: str | None) -> str:
        """Return the finest period of a date, of the model's main one unless another is named."""
        return dict(self.date_grains).get(date_column or self.date_column or "", "day")

    @property
    def is_of_employers(self) -> bool:
        """Tell whether each row belongs to an employer, or to the host that owns it."""
        return bool({"host", "employer"} & self.entities) or "host_id" in self.dimensions

    @property
    def entities(self) -> frozenset[str]:
        """Name the entities of this model."""
        return frozenset(name for name, _ in self.entity_columns)


@dataclass(frozen=True)
class Definition:
    """One metric, as its YAML entry says it.

    ``cohort`` names the metrics that count the whole cohort of a windowed rate, mature or not: the first, less the
    others. ``unknown`` names the one that counts the units of which nobody can say what became of them. ``is_latest``
    says that only the last period is counted, since each row looks back.
    """

    name: str
    label: str
    description: str
    kind: str
    unit: str
    direction: str
    owner: str
    clock: str
    clock_column: str | None
    window_days: int | None
    numerator_in_words: str
    denominator_in_words: str
    numerator: str | None
    denominator: str | None
    model: str
    aggregation: str | None
    expression: str | None
    cohort: tuple[str, ...] = ()
    unknown: str | None = None
    is_latest: bool = False

    @property
    def is_rate(self) -> bool:
        """Tell whether the metric is a numerator over a denominator."""
        return self.kind == "ratio"

    @property
    def is_total(self) -> bool:
        """Tell whether the metric counts or adds up, so that over nothing it is 0; all others are then unknown."""
        return self.kind == "simple" and self.aggregation in TOTALS


@dataclass(frozen=True)
class Catalogue:
    """All metrics and models of one generation."""

    metrics: Mapping[str, Definition]
    models: Mapping[str, Model]

    def metric(self, name: str) -> Definition:
        """Return a metric's definition; raises UnknownMetricError."""
        if name not in self.metrics:
            raise UnknownMetricError(name, self.metrics)
        return self.metrics[name]

    def model(self, name: str) -> Model:
        """Return the model that a metric is counted on."""
        return self.models[self.metric(name).model]

    def dimension(self, model: Model, column: str) -> str | None:
        """Return the name by which a model reaches a dimension, or None when it cannot."""
        if column in model.dimensions:
            return f"{model.entity}__{column}"
        for entity in sorted(model.entities - {model.entity}):
            for other in self.models.values():
                if other.entity == entity and column in other.dimensions:
                    return f"{entity}__{column}"
        return None

    def filtered(self, name: str, column: str) -> str | None:
        """Return the name by which a filter reaches a metric; the facts of employers come by the employer alone."""
        found = self.dimension_of(name, column)
        is_elsewhere = column in EMPLOYER_FACTS and found is not None and not found.startswith("employer__")
        return None if is_elsewhere else found

    def dimension_of(self, name: str, column: str) -> str | None:
        """Return the name by which a metric reaches a dimension; its term is that of its own clock where it has one."""
        model, clock = self.model(name), self.metric(name).clock_column or ""
        if column == TERM and (own := f"{clock.removesuffix('_date')}_{TERM}") in model.dimensions:
            return f"{model.entity}__{own}"
        return self.dimension(model, column)


@kept(FILES_OPEN)
def manifest_text(generation: Generation) -> str:
    """Return the semantic manifest of a generation as JSON text: one object for all extracts of one generation."""
    return _kept(str(run(generation, Query("select manifest_json from analytics.meta.semantic_manifest")).item()))


@lru_cache(maxsize=4)
def _kept(text: str) -> str:
    return text


def catalogue(generation: Generation) -> Catalogue:
    """Return what a generation defines."""
    return catalogue_of(manifest_text(generation))


@lru_cache(maxsize=4)
def catalogue_of(text: str) -> Catalogue:
    """Return what a semantic manifest defines."""
    manifest = json.loads(text)
    models = {model["name"]: _model(model) for model in manifest["semantic_models"]}
    raw = {metric["name"]: metric for metric in manifest["metrics"]}
    return Catalogue({name: _definition(metric, raw) for name, metric in raw.items()}, models)


def _model(model: Mapping[str, Any]) -> Model:
    keys = [each["name"] for each in model["entities"] if each["type"] in ("primary", "unique")]
    return Model(
        name=model["name"],
        mart=model["node_relation"]["alias"],
        entity=model.get("primary_entity") or (keys[0] if keys else model["name"]),
        entity_columns=tuple((each["name"], each["expr"] or each["name"]) for each in model["entities"]),
        dimensions=frozenset(each["name"] for each in model["dimensions"]),
        date_column=(model.get("defaults") or {}).get("agg_time_dimension"),
        date_grains=tuple(
            (each["name"], each["type_params"]["time_granularity"])
            for each in model["dimensions"]
            if each["type"] == "time"
        ),
    )


def _definition(metric: Mapping[str, Any], raw: Mapping[str, Mapping[str, Any]]) -> Definition:
    meta = (metric.get("config") or {}).get("meta") or {}
    params = metric["type_params"]
    numerator = (params.get("numerator") or {}).get("name")
    denominator = (params.get("denominator") or {}).get("name")
    counted = _simple(raw, denominator or metric["name"])
    aggregation = params.get("metric_aggregation_params") or {}
    return Definition(
        name=metric["name"],
        label=metric.get("label") or metric["name"].replace("_", " ").capitalize(),
        description=metric.get("description") or "",
        kind=metric["type"],
        unit=str(meta.get("unit", "count")),
        direction=str(meta.get("direction", "")),
        owner=str(meta.get("owner", "")),
        clock=str(meta.get("clock") or counted.get("agg_time_dimension") or ""),
        clock_column=counted.get("agg_time_dimension"),
        window_days=_days(meta.get("window_days")),
        numerator_in_words=str(meta.get("numerator") or ""),
        denominator_in_words=str(meta.get("denominator") or ""),
        numerator=numerator,
        denominator=denominator,
        model=str(counted.get("semantic_model") or ""),
        aggregation=aggregation.get("agg"),
        expression=params.get("expr") if aggregation else None,
        cohort=tuple(meta.get("cohort") or ()),
        unknown=meta.get("unknown"),
        is_latest=bool(counted.get("non_additive_dimension")),
    )


def _simple(raw: Mapping[str, Mapping[str, Any]], name: str) -> Mapping[str, Any]:
    """Follow a metric down to the first simple one and return how that one is aggregated."""
    params = raw[name]["type_params"]
    if found := params.get("metric_aggregation_params"):
        return dict(found)
    inputs = [params.get("denominator"), *(params.get("metrics") or [])]
    return next((_simple(raw, each["name"]) for each in inputs if each), {})


def _days(window: object) -> int | None:
    return int(window) if isinstance(window, int | str) and str(window).isdigit() else None
