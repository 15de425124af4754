"""What everything is made from: on a manifest small enough to read, and on the tiny marketplace's own file."""

import duckdb
import pytest

from pipelines.lineage import LINEAGE_COLUMNS, lineage
from tests.conftest import Project


def node(kind: str, name: str, *parents: str, fqn: tuple[str, ...] = (), **more: str) -> dict[str, object]:
    return {
        "resource_type": kind,
        "name": name,
        "fqn": ["throughline", *fqn, name],
        "depends_on": {"nodes": list(parents)},
        "description": f"What {name}\n  is.",
        **more,
    }


MANIFEST = {
    "sources": {"s": node("source", "hires", source_name="raw")},
    "nodes": {
        "a": node("model", "stg_hires", "s", fqn=("staging",)),
        "b": node("model", "fct_hires", "a", "seed", fqn=("marts",)),
        "seed": node("seed", "terms"),
        "t": node("test", "not_null", "b"),
        "w": node("analysis", "who_was_hired", "b", fqn=("analysis",)),
    },
    "semantic_models": {"m": node("semantic_model", "hires", "b")},
    "metrics": {"x": node("metric", "hires", "m")},
}


def test_each_node_has_a_row_per_parent_and_a_beginning_has_one_without() -> None:
    found = lineage(MANIFEST)
    assert found.columns == list(LINEAGE_COLUMNS)
    assert sorted(found.drop("description").rows(), key=str) == sorted(
        [
            ("source", "raw.hires", None, None),
            ("seed", "terms", None, None),
            ("staging", "stg_hires", "source", "raw.hires"),
            ("mart", "fct_hires", "staging", "stg_hires"),
            ("mart", "fct_hires", "seed", "terms"),
            ("semantic model", "hires", "mart", "fct_hires"),
            ("metric", "hires", "semantic model", "hires"),
            ("worked query", "who_was_hired", "mart", "fct_hires"),
        ],
        key=str,
    )


def test_a_description_is_one_line() -> None:
    assert set(lineage(MANIFEST).filter(node="terms")["description"]) == {"What terms is."}


@pytest.fixture(scope="module")
def published(tiny: Project) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(tiny.published), read_only=True)


def test_every_parent_is_a_node(published: duckdb.DuckDBPyConnection) -> None:
    orphans = published.sql("""
        select parent_layer, parent from meta.lineage where parent is not null
        except select layer, node from meta.lineage
    """).fetchall()
    assert orphans == []


def test_every_mart_and_every_metric_goes_back_to_a_delivered_table_or_a_seed(
    published: duckdb.DuckDBPyConnection,
) -> None:
    rootless = published.sql("""
        with recursive ancestors as (
            select layer, node, layer as above_layer, node as above from meta.lineage
            union
            select ancestors.layer, ancestors.node, lineage.parent_layer, lineage.parent
            from ancestors
            inner join meta.lineage as lineage
                on ancestors.above_layer = lineage.layer and ancestors.above = lineage.node
            where lineage.parent is not null
        )
        select layer, node from ancestors where layer in ('mart', 'metric')
        group by all having not bool_or(above_layer in ('source', 'seed')) order by all
    """).fetchall()
    assert rootless == []


def test_the_lineage_names_every_mart_and_metric_of_the_file(published: duckdb.DuckDBPyConnection) -> None:
    named = set(published.sql("select layer, node from meta.lineage").fetchall())
    marts = published.sql("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall()
    metrics = published.sql("select name from marts.metric_catalog").fetchall()
    assert {("mart", name) for (name,) in marts} - named == {("mart", "metric_catalog")}
    assert {("metric", name) for (name,) in metrics} <= named
