"""The tiny published folder as the dashboards see it, and a twin in which every mart is empty."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from streamlit import config

from dashboards.database import Generation, current_generation
from dashboards.extract.cutting import extract_of
from dashboards.scope import Filters, Scope
from dashboards.slices.people import hosts
from tests.conftest import Project

KEPT = (
    "dim_dates", "dim_employers", "dim_institutions", "metric_catalog", "build_facts", "semantic_manifest",
    "lineage", "worked_queries",
)  # fmt: skip


@pytest.fixture(scope="session", autouse=True)
def extracts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep extracts, and the secret that their keys are derived from, in a folder of the tests."""
    folder = tmp_path_factory.mktemp("extracts")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("THROUGHLINE_EXTRACTS", str(folder / "cut"))
        patch.setenv("THROUGHLINE_EXTRACT_KEY_FILE", str(folder / "secrets" / "extract.key"))
        yield folder / "cut"


@pytest.fixture(scope="session")
def tiny_published(tiny: Project) -> Path:
    return tiny.data / "published"


@pytest.fixture(scope="session")
def small_published(small: Project) -> Path:
    return small.data / "published"


@pytest.fixture(scope="session")
def empty_published(tiny_published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a published folder with every table and no fact: a platform on its first day."""
    pointer = json.loads((tiny_published / "current.json").read_text())
    folder = tmp_path_factory.mktemp("empty") / "published"
    target = folder / pointer["path"]
    target.parent.mkdir(parents=True)
    shutil.copyfile(tiny_published / pointer["path"], target)
    with duckdb.connect(str(target)) as connection:
        tables = connection.sql("select schema_name, table_name from duckdb_tables()").fetchall()
        for schema, table in tables:
            if table not in KEPT:
                connection.execute(f"delete from {schema}.{table}")
    (folder / "current.json").write_text(json.dumps(pointer))
    return folder


@pytest.fixture
def generation(tiny_published: Path, monkeypatch: pytest.MonkeyPatch) -> Generation:
    monkeypatch.setenv("THROUGHLINE_PUBLISHED", str(tiny_published))
    return current_generation()


@pytest.fixture
def employer(generation: Generation) -> Callable[..., Scope]:
    """Return a maker of scopes of the largest employer under filters, on its extract."""
    row = hosts(generation).row(0, named=True)
    own = extract_of(generation, row["host_id"])

    def scope(filters: Filters | None = None) -> Scope:
        return Scope(
            own,
            "employer",
            row["host_id"],
            row["host_name"],
            tuple(row["employer_ids"]),
            filters or Filters(),
            sees_peers=True,
        )

    return scope


@pytest.fixture
def platform(generation: Generation) -> Callable[..., Scope]:
    """Return a maker of scopes of the whole platform under filters."""

    def scope(filters: Filters | None = None) -> Scope:
        return Scope(generation, "leadership", filters=filters or Filters())

    return scope


@pytest.fixture
def loopback() -> Iterator[None]:
    """Let the app believe that it is served on 127.0.0.1, as its configuration file says."""
    before = config.get_option("server.address")
    config.set_option("server.address", "127.0.0.1")
    yield
    config.set_option("server.address", before)
