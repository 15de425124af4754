"""A warehouse of its own for each test, and files that are written in the test."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.ingest import IngestReport, ingest
from pipelines.ledger import Batch
from pipelines.warehouse import open_warehouse, prepare

Ingest = Callable[..., IngestReport]


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    folder = tmp_path / "landing"
    folder.mkdir()
    return folder


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_warehouse(tmp_path / "warehouse" / "analytics.duckdb", memory_limit="1GB") as connection:
        prepare(connection)
        yield connection


@pytest.fixture
def ingest_all(warehouse: duckdb.DuckDBPyConnection, landing: Path) -> Ingest:
    batches = iter(range(1, 1000))

    def run(**options: object) -> IngestReport:
        batch = Batch(f"batch-{next(batches):03}", datetime(2026, 6, 1))
        return ingest(warehouse, landing, batch, **options)  # type: ignore[arg-type]

    return run
