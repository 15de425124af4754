"""Walks over the lineage, its words and its picture, on a lineage small enough to read."""

import plotly.graph_objects as go
import polars as pl
import pytest

from dashboards.charts.lineage import lineage as drawn
from dashboards.findings.lineage import lineage as finding
from dashboards.slices.lineage import around, beginnings, made_from

ROWS = [
    ("source", "raw.hires", "Delivered.", None, None),
    ("seed", "terms", "By hand.", None, None),
    ("staging", "stg_hires", "Renamed.", "source", "raw.hires"),
    ("intermediate", "int_hires_started", "Only starts.", "staging", "stg_hires"),
    ("mart", "fct_hires", "One row per hire.", "intermediate", "int_hires_started"),
    ("mart", "fct_hires", "One row per hire.", "staging", "stg_hires"),
    ("mart", "fct_hires", "One row per hire.", "seed", "terms"),
    ("mart", "agg_hires", "Summed.", "mart", "fct_hires"),
    ("worked query", "who_was_hired", "", "mart", "fct_hires"),
    ("semantic model", "hires", "", "mart", "fct_hires"),
    ("metric", "hires", "How many.", "semantic model", "hires"),
    ("metric", "leavers", "How many left.", "semantic model", "hires"),
    ("metric", "attrition", "Share that left.", "metric", "hires"),
    ("metric", "attrition", "Share that left.", "metric", "leavers"),
]
LINEAGE = pl.DataFrame(
    ROWS, schema=dict.fromkeys(("layer", "node", "description", "parent_layer", "parent"), pl.String), orient="row"
)
MART = ("mart", "fct_hires")


def test_what_a_table_is_made_from_comes_with_the_fewest_steps_to_it() -> None:
    found = made_from(LINEAGE, MART)
    assert found.select("steps", "layer", "node").rows() == [
        (1, "intermediate", "int_hires_started"),
        (1, "seed", "terms"),
        (1, "staging", "stg_hires"),
        (2, "source", "raw.hires"),
    ]
    assert beginnings(found) == ["raw.hires", "terms"]


def test_a_metric_goes_back_by_its_parts_and_its_semantic_model() -> None:
    found = made_from(LINEAGE, ("metric", "attrition"))
    assert found.filter(steps=1)["node"].to_list() == ["hires", "leavers"]
    assert found.filter(layer="mart")["steps"].to_list() == [3]


def test_edges_lead_to_the_right_and_metrics_stand_as_their_number() -> None:
    near = around(LINEAGE, MART, 1)
    places = {(layer, node): place for layer, node, _, place in near.nodes.iter_rows()}
    assert places == {
        ("staging", "stg_hires"): -2,
        ("intermediate", "int_hires_started"): -1,
        ("seed", "terms"): -1,
        MART: 0,
        ("mart", "agg_hires"): 1,
        ("worked query", "who_was_hired"): 1,
        ("metric", "3 metrics"): 1,
    }
    assert all(places[parent] < places[child] for parent, child in near.edges)
    assert (("staging", "stg_hires"), MART) in near.edges


def test_a_metric_shows_what_is_made_of_it() -> None:
    near = around(LINEAGE, ("metric", "hires"), 2)
    assert near.nodes.filter(place=1)["node"].to_list() == ["attrition"]
    assert near.nodes.filter(place=-2)["node"].to_list() == ["fct_hires"]


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_picture_holds_every_node_with_what_it_is_and_an_edge_for_every_parent(mode: str) -> None:
    near = around(LINEAGE, MART, 2)
    figure = drawn(near.nodes, near.edges, mode)  # type: ignore[arg-type]
    lines, nodes = figure.data
    assert sorted(map(tuple, nodes.customdata), key=str) == sorted(
        near.nodes.select("layer", "node", "description").rows(), key=str
    )
    assert sum(each is None for each in lines.x) == len(near.edges)
    assert {text.text.replace("<br>", "") for text in figure.layout.annotations} == set(near.nodes["node"])


def test_no_two_nodes_share_a_place_in_the_picture() -> None:
    near = around(LINEAGE, MART, 2)
    nodes: go.Scatter = drawn(near.nodes, near.edges, "light").data[1]
    assert len(set(zip(nodes.x, nodes.y, strict=True))) == near.nodes.height


def test_the_words_say_how_far_back_it_goes() -> None:
    rows = made_from(LINEAGE, MART)
    said = finding("fct_hires", rows, beginnings(rows))
    assert said.title == "fct_hires goes back to 2 delivered tables and seeds"
    assert "4 tables stand before it, the furthest 2 steps away" in said.summary
    assert "raw.hires, terms" in said.summary


def test_the_words_say_of_a_beginning_that_it_is_one() -> None:
    rows = made_from(LINEAGE, ("seed", "terms"))
    assert rows.is_empty()
    assert finding("terms", rows, []).title == "terms is a beginning"


def test_without_a_lineage_nothing_is_said() -> None:
    assert made_from(pl.DataFrame(), MART).is_empty()
