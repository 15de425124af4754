"""What every table and metric is made from, as dbt's manifest knows it: one row per node and parent."""

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

LINEAGE_COMMENT = "One row per node and parent, from delivered table to metric; a node without a parent has one row."
LINEAGE_COLUMNS = {
    "layer": "What the node is: source, seed, staging, intermediate, mart, semantic model, metric or worked query.",
    "node": "Name of the node; unique within its layer.",
    "description": "What it holds or says.",
    "parent_layer": "Layer of the node that it is made from; blank at a beginning.",
    "parent": "Name of that node; blank at a beginning.",
}
LAYERS = {"staging": "staging", "intermediate": "intermediate", "marts": "mart"}
"""Folder of the models -> layer."""

KINDS = {"source": "source", "seed": "seed", "semantic_model": "semantic model", "metric": "metric"}
"""dbt's word -> layer; an analysis is a worked query."""

Node = Mapping[str, Any]


def lineage(manifest: Node) -> pl.DataFrame:
    """Return one row per node and parent of a dbt manifest, in the columns of ``LINEAGE_COLUMNS``."""
    known = {key: node for key, node in _nodes(manifest) if _layer(node) is not None}
    rows = sorted(
        {
            (*_place(node), " ".join((node.get("description") or "").split()), *parent)
            for node in known.values()
            for parent in _parents(node, known) or [(None, None)]
        },
        key=str,
    )
    return pl.DataFrame(rows, schema=dict.fromkeys(LINEAGE_COLUMNS, pl.String), orient="row")


def _nodes(manifest: Node) -> Iterator[tuple[str, Node]]:
    for part in ("sources", "nodes", "semantic_models", "metrics"):
        yield from manifest[part].items()


def _layer(node: Node) -> str | None:
    """Return the layer of a node, or None for tests and the like."""
    kind = node["resource_type"]
    if kind == "model":
        return LAYERS.get(node["fqn"][1])
    return "worked query" if kind == "analysis" else KINDS.get(kind)


def _place(node: Node) -> tuple[str | None, str]:
    """Return layer and name; a source's name says its schema, since a metric may have the same word."""
    name = str(node["name"])
    return _layer(node), f"{node['source_name']}.{name}" if node["resource_type"] == "source" else name


def _parents(node: Node, known: Mapping[str, Node]) -> list[tuple[str | None, str | None]]:
    keys = (node.get("depends_on") or {}).get("nodes") or []
    return [_place(known[key]) for key in keys if key in known]
