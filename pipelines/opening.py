"""The warehouse as the settings say: opened to write, prepared, or to read."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from pipelines.errors import ThroughlineError
from pipelines.settings import Settings
from pipelines.warehouse import open_warehouse, prepare


@contextmanager
def opened(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the prepared warehouse under the settings' limits and close it afterwards."""
    with open_warehouse(
        settings.warehouse_path, memory_limit=settings.memory_limit, threads=settings.threads
    ) as connection:
        prepare(connection)
        yield connection


@contextmanager
def reading(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse read-only and close it afterwards; raise where there is none."""
    if not settings.warehouse_path.exists():
        raise ThroughlineError(
            "expected a warehouse; found none. Load data with `throughline ingest`.", next_command="throughline ingest"
        )
    with open_warehouse(settings.warehouse_path, read_only=True) as connection:
        yield connection
