"""Every metric through MetricFlow equals the same figure counted again from the raw rows."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import yaml

from tests.conftest import ROOT, Project, once
from tests.dbt_project.semantic import SemanticLayer, semantic_layer
from tests.recount import figures
from tests.recount.fairness import groups
from tests.recount.world import World

SCALE = "12000"
EXCEPTIONS: dict[str, str] = {}
"""Metrics that are not counted again, each with its reason."""

SILENT = {"employer_rating_prior_weight", "student_rating_prior_weight"}
"""Metrics that are nothing on this sample: its employers' ratings differ by no more than chance."""

METRICS: dict[str, str] = {
    metric["name"]: metric.get("agg") or metric["type"]
    for path in sorted((ROOT / "dbt_project" / "models" / "marts").glob("*.yml"))
    for model in yaml.safe_load(path.read_text())["models"]
    for metric in model.get("metrics", [])
}
"""Metric -> how it is aggregated."""

COUNTS = {"sum", "count", "count_distinct"}
"""Aggregates that are NULL over no rows, which a count says as 0."""


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a warehouse in which a sample was ingested and built."""

    def make(folder: Path) -> None:
        for command in (("sample", "--scale", SCALE), ("ingest",), ("build",)):
            done = Project(folder).throughline(*command)
            assert done.returncode in (0, 1), f"{command}: {done.stdout}\n{done.stderr}"

    return Project(once(tmp_path_factory, "recount", make)).data / "warehouse"


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
    if METRICS[name] in COUNTS:
        expected, found = expected or 0, found or 0
    assert found == (None if expected is None else pytest.approx(expected, rel=1e-9, abs=1e-9))


@pytest.mark.parametrize(
    ("dimension", "column"),
    [("gpa_band", "gpa_band"), ("pell", "pell_recipient"), ("first_generation", "first_generation")],
)
def test_each_group_s_own_numbers_equal_the_count(
    metrics: SemanticLayer, world: World, dimension: str, column: str
) -> None:
    names = ("group_applications_mature", "group_applications_selected")
    where = f"{{{{ Dimension('selection_cell__group_dimension') }}}} = '{dimension}'"
    rows = metrics.connection.execute(
        metrics.sql(*names, by=("selection_cell__group_value",), where=(where,))
    ).fetchall()
    found = Counter({(units, chosen or 0) for _, units, chosen in rows if units})
    expected = Counter(groups(world, column).values())
    assert found == expected
    assert len(expected) > 2


def test_the_sample_says_something_of_every_metric(world: World) -> None:
    """A count of nothing would agree with a model that counts nothing."""
    silent = {name for name in METRICS if name not in EXCEPTIONS and not figures()[name](world)}
    assert silent == SILENT


def test_somebody_of_the_sample_withdrew_the_consent(world: World) -> None:
    """Else no figure would tell a model that counts them from one that does not."""
    assert {"students", "applications", "application_events", "student_emails"} <= {
        entity for entity, keys in world.withdrawn.items() if keys
    }


def test_every_exception_is_a_metric_and_has_a_reason() -> None:
    assert set(EXCEPTIONS) <= set(METRICS)
    assert all(EXCEPTIONS.values())


def test_no_count_is_left_over() -> None:
    assert set(figures()) <= set(METRICS)
