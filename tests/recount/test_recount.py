"""Every metric through MetricFlow equals the same figure counted again from the raw rows."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import yaml

from tests.conftest import ROOT, Project
from tests.dbt_project.semantic import SemanticLayer, semantic_layer
from tests.recount import figures
from tests.recount.world import World

SCALE = "12000"
EXCEPTIONS: dict[str, str] = {}
"""Metrics that are not counted again, each with its reason."""

METRICS = sorted(
    metric["name"]
    for path in (ROOT / "dbt_project" / "models" / "marts").glob("*.yml")
    for model in yaml.safe_load(path.read_text())["models"]
    for metric in model.get("metrics", [])
)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a warehouse in which a sample was ingested and built."""
    project = Project(tmp_path_factory.mktemp("recount"))
    for command in (("sample", "--scale", SCALE), ("ingest",), ("build",)):
        done = project.throughline(*command)
        assert done.returncode in (0, 1), f"{command}: {done.stdout}\n{done.stderr}"
    return project.data / "warehouse"


@pytest.fixture(scope="module")
def world(warehouse: Path) -> World:
    return World(warehouse / "analytics.duckdb")


@pytest.fixture(scope="module")
def metrics(warehouse: Path) -> Iterator[SemanticLayer]:
    with duckdb.connect(str(warehouse / "analytics.duckdb"), read_only=True) as connection:
        connection.execute("use analytics")
        yield semantic_layer(warehouse / "dbt" / "semantic_manifest.json", connection)


@pytest.mark.parametrize("name", [name for name in METRICS if name not in EXCEPTIONS])
def test_a_metric_equals_the_independent_count(metrics: SemanticLayer, world: World, name: str) -> None:
    count = figures().get(name)
    assert count is not None, f"tests/recount does not count {name}"
    expected, found = count(world), metrics.value(name)
    assert (found or 0) == pytest.approx(expected or 0, rel=1e-9, abs=1e-9)
    assert (found is None) == (expected is None) or not (found or expected)


def test_every_exception_is_a_metric_and_has_a_reason() -> None:
    assert set(EXCEPTIONS) <= set(METRICS)
    assert all(EXCEPTIONS.values())


def test_no_count_is_left_over() -> None:
    assert set(figures()) <= set(METRICS)
