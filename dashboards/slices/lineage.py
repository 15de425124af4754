"""What a table or metric is made from and what is made from it: walks over the published lineage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

Node = tuple[str, str]
"""Layer and name."""

COLUMNS: dict[str, type[pl.DataType]] = {"layer": pl.String, "node": pl.String, "description": pl.String}
STEPPED: dict[str, type[pl.DataType]] = {"steps": pl.Int64, **COLUMNS}
PLACED: dict[str, type[pl.DataType]] = {**COLUMNS, "place": pl.Int64}
STEPS = (1, 2, 3, 4)
"""How many steps back may be drawn."""

FIRST_LAYERS = ("source", "seed")
METRIC_LAYERS = ("semantic model", "metric")


@dataclass(frozen=True)
class Neighbourhood:
    """Nodes with their ``place`` (steps from the chosen one, negative before it), and edges as pairs of names."""

    nodes: pl.DataFrame
    edges: tuple[tuple[Node, Node], ...]
    chosen: Node


@dataclass(frozen=True)
class Graph:
    """The lineage as sets: who is made from whom."""

    parents: Mapping[Node, frozenset[Node]]
    children: Mapping[Node, frozenset[Node]]
    descriptions: Mapping[Node, str]

    @classmethod
    def of(cls, lineage: pl.DataFrame) -> "Graph":
        """Read the rows of ``meta.lineage``."""
        parents: dict[Node, set[Node]] = {}
        children: dict[Node, set[Node]] = {}
        descriptions: dict[Node, str] = {}
        for layer, node, description, parent_layer, parent in lineage.iter_rows():
            descriptions[layer, node] = description
            parents.setdefault((layer, node), set())
            if parent is not None:
                parents[layer, node].add((parent_layer, parent))
                children.setdefault((parent_layer, parent), set()).add((layer, node))
        return cls(_frozen(parents), _frozen(children), descriptions)

    def before(self, chosen: Node) -> dict[Node, int]:
        """Return everything that a node is made from, with the fewest steps to it."""
        return _reached(self.parents, chosen)


def _frozen(sets: Mapping[Node, set[Node]]) -> dict[Node, frozenset[Node]]:
    return {node: frozenset(others) for node, others in sets.items()}


def _reached(next_to: Mapping[Node, frozenset[Node]], chosen: Node) -> dict[Node, int]:
    found, edge, steps = {chosen: 0}, [chosen], 0
    while edge:
        steps += 1
        edge = sorted({other for node in edge for other in next_to.get(node, ())} - set(found))
        found |= dict.fromkeys(edge, steps)
    return {node: steps for node, steps in found.items() if node != chosen}


def made_from(lineage: pl.DataFrame, chosen: Node) -> pl.DataFrame:
    """Return everything that a node is made from: steps, layer, node, description, the nearest first."""
    if lineage.is_empty():
        return pl.DataFrame(schema=STEPPED)
    graph = Graph.of(lineage)
    rows = [(steps, *node, graph.descriptions.get(node, "")) for node, steps in graph.before(chosen).items()]
    return pl.DataFrame(rows, schema=STEPPED, orient="row").sort("steps", "layer", "node")


def around(lineage: pl.DataFrame, chosen: Node, back: int) -> Neighbourhood:
    """Return what lies at most so many steps before a node, and what is made from it directly.

    Metrics that are counted on a table are many: they stand as one node, named by their number.
    """
    graph = Graph.of(lineage)
    near = {node for node, steps in graph.before(chosen).items() if steps <= back} | {chosen}
    places = _places(graph, near, chosen)
    edges = [(parent, node) for node in sorted(near) for parent in sorted(graph.parents[node] & near)]
    for child in _children(graph, chosen):
        places[child] = 1
        edges.append((chosen, child))
    rows = [(*node, graph.descriptions.get(node, ""), place) for node, place in sorted(places.items())]
    return Neighbourhood(pl.DataFrame(rows, schema=PLACED, orient="row"), tuple(edges), chosen)


def _places(graph: Graph, near: set[Node], chosen: Node) -> dict[Node, int]:
    """Return for each node minus the most steps from it to the chosen one, so that every edge leads to the right."""
    places = {chosen: 0}
    for _ in near:
        moved = {
            parent: min(places.get(parent, 0), place - 1)
            for node, place in list(places.items())
            for parent in graph.parents[node] & near
        }
        for node, place in moved.items():
            places[node] = min(place, places.get(node, place))
    return places


def _children(graph: Graph, chosen: Node) -> list[Node]:
    direct = graph.children.get(chosen, frozenset())
    if chosen[0] in METRIC_LAYERS:
        return sorted(direct)
    metrics = {node for each in direct if each[0] == "semantic model" for node in _reached(graph.children, each)}
    counted = [("metric", f"{len(metrics)} metrics")] if metrics else []
    return [*sorted(node for node in direct if node[0] != "semantic model"), *counted]


def beginnings(rows: pl.DataFrame) -> Sequence[str]:
    """Name the delivered tables and seeds among the rows of ``made_from``."""
    return rows.filter(pl.col("layer").is_in(FIRST_LAYERS))["node"].sort().to_list()
