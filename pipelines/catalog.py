"""The metric catalogue: what the semantic manifest says about each metric, as a table."""

from collections.abc import Mapping
from typing import Any

import polars as pl

CATALOG_COMMENT = "One row per metric: what it means, what it is divided by, and who answers for it."
CATALOG_COLUMNS = {
    "name": "Name of the metric, as in `throughline metrics`.",
    "label": "Name that people read.",
    "description": "What it says, in a sentence.",
    "formula": "How it is computed, in words.",
    "type": "simple, ratio or derived.",
    "unit": "Unit of a value; a share is 0 to 1.",
    "analysis_unit": "What is counted: one of these is one case.",
    "direction": "Whether higher or lower is better.",
    "owner": "Who answers for the definition.",
    "source": "Whose definition it is: ours, a standard's, a regulation's.",
    "numerator": "What is counted or added up.",
    "denominator": "What it is divided by; blank for counts and sums.",
    "clock": "Date that places a unit in a period.",
    "window_days": "Days that a unit is given; blank where there is no window.",
    "cohort": "Metrics that count the whole cohort of a windowed rate, mature or not: the first less the others.",
    "unknown": "Metric that counts the units of which nobody can say whether they belong in the numerator.",
    "is_additive": "True where parts of a split add up to the total.",
    "mart": "Table of the schema marts that it is counted on.",
}
KINDS: dict[str, type[pl.DataType]] = {"window_days": pl.Int64, "is_additive": pl.Boolean}

Metric = Mapping[str, Any]


def metric_catalog(manifest: dict[str, Any]) -> pl.DataFrame:
    """Return one row per metric of a semantic manifest, in the columns of ``CATALOG_COLUMNS``."""
    metrics = {metric["name"]: metric for metric in manifest["metrics"]}
    marts = {model["name"]: model["node_relation"]["alias"] for model in manifest["semantic_models"]}
    rows = [catalog_row(metrics[name]) | {"mart": marts.get(model_of(name, metrics))} for name in sorted(metrics)]
    return pl.DataFrame(rows, schema={name: KINDS.get(name, pl.String) for name in CATALOG_COLUMNS})


def catalog_row(metric: Metric) -> dict[str, Any]:
    """Return what the metric's own entry says; what it does not say is NULL."""
    meta = (metric.get("config") or {}).get("meta") or {}
    row = {name: meta.get(name) for name in CATALOG_COLUMNS}
    row |= {name: metric.get(name) for name in ("name", "label", "description", "type")}
    cohort = " - ".join(meta.get("cohort") or []) or None
    return row | {"formula": formula(metric, meta), "is_additive": meta.get("additive"), "cohort": cohort}


def formula(metric: Metric, meta: Mapping[str, Any]) -> str | None:
    """Return the formula in words: a ratio's is its numerator over its denominator."""
    if metric["type"] == "ratio" and meta.get("numerator") and meta.get("denominator"):
        return f"{meta['numerator']} / {meta['denominator']}"
    return meta.get("formula")


def model_of(name: str, metrics: Mapping[str, Metric]) -> str:
    """Return the semantic model of a metric: its own, or that of its denominator or of the first one it is made of."""
    params = metrics[name]["type_params"]
    if counted := params.get("metric_aggregation_params"):
        return str(counted["semantic_model"])
    parts = [params.get("denominator"), *(params.get("metrics") or [])]
    return model_of(next(part["name"] for part in parts if part), metrics)
