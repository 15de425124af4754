"""The metric catalogue: what the semantic manifest says about each metric, as a table."""

from typing import Any

import polars as pl

CATALOG_COMMENT = "One row per metric: what it means, what it is divided by, and who answers for it."
CATALOG_COLUMNS = {
    "name": "Name of the metric, as in `throughline metrics`.",
    "label": "Name that people read.",
    "description": "What it says, in a sentence.",
    "type": "simple, ratio or derived.",
    "unit": "Unit of a value.",
    "direction": "Whether higher or lower is better.",
    "owner": "Who answers for the definition.",
    "numerator": "What is counted or added up.",
    "denominator": "What it is divided by; blank for counts and sums.",
    "clock": "Date that places a unit in a period.",
    "window_days": "Days that a unit is given; blank where there is no window.",
    "is_additive": "True where parts of a split add up to the total.",
}


def metric_catalog(manifest: dict[str, Any]) -> pl.DataFrame:
    """Return one row per metric of a semantic manifest, in the columns of ``CATALOG_COLUMNS``."""
    rows = [catalog_row(metric) for metric in sorted(manifest["metrics"], key=lambda metric: metric["name"])]
    kinds = {"window_days": pl.Int64, "is_additive": pl.Boolean}
    return pl.DataFrame(rows, schema={name: kinds.get(name, pl.String) for name in CATALOG_COLUMNS})


def catalog_row(metric: dict[str, Any]) -> dict[str, Any]:
    """Return the catalogue's row of one metric; what its YAML does not say is NULL."""
    meta = (metric.get("config") or {}).get("meta") or {}
    said = {"name": metric["name"], "label": metric.get("label"), "description": metric.get("description")}
    told = {name: meta.get(name) for name in CATALOG_COLUMNS if name not in (*said, "type", "is_additive")}
    return said | {"type": metric["type"], "is_additive": meta.get("additive")} | told
