"""A warehouse of its own for each test, and files that are written in the test."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.digests import differences
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
    """Lend an open warehouse; whatever the test did, the ledger must know the rows of each delivery after it."""
    path = tmp_path / "warehouse" / "analytics.duckdb"
    with open_warehouse(path, memory_limit="1GB") as connection:
        prepare(connection)
        yield connection
    with open_warehouse(path, memory_limit="1GB", read_only=True) as connection:
        assert differences(connection)[0] == []


@pytest.fixture
def ingest_all(warehouse: duckdb.DuckDBPyConnection, landing: Path) -> Ingest:
    batches = iter(range(1, 1000))

    def run(**options: object) -> IngestReport:
        batch = Batch(f"batch-{next(batches):03}", datetime(2026, 6, 1))
        return ingest(warehouse, landing, batch, **options)  # type: ignore[arg-type]

    return run
