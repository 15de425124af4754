"""A warehouse from a few hand-written rows: what a test says is delivered, the rest is filled in."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from pipelines.contract import ENTITIES
from pipelines.pseudonyms import load_pseudonyms
from pipelines.transform import BuildResult, build
from pipelines.warehouse import open_warehouse, prepare

KEY = b"a key for tests"
AS_OF = datetime(2026, 1, 1)
LONG_AGO = datetime(2020, 1, 1)

Row = dict[str, Any]


@dataclass
class Marketplace:
    """Rows by entity; provenance is filled in, and a row is known from the start unless it says ``_delivered_at``."""

    as_of: datetime = AS_OF
    rows: dict[str, list[Row]] = field(default_factory=dict)

    def add(self, entity: str, *rows: Row) -> None:
        self.rows.setdefault(entity, []).extend(rows)

    def write(self, path: Path) -> None:
        """Create the warehouse file with these rows, pseudonyms included, and close it."""
        connection = open_warehouse(path)
        prepare(connection)
        connection.execute("delete from ops.as_of")
        connection.execute("insert into ops.as_of values (?)", [self.as_of])
        for entity, rows in self.rows.items():
            for number, row in enumerate(rows):
                insert(connection, entity, row, number)
        load_pseudonyms(connection, KEY)
        connection.close()


def insert(connection: duckdb.DuckDBPyConnection, entity: str, row: Row, number: int) -> None:
    ENTITIES[entity].column(next(iter(row)))
    provenance = {
        "_source": "test",
        "_file_id": f"{number:016x}",
        "_delivered_at": LONG_AGO,
        "_batch_id": "batch",
        "_loaded_at": LONG_AGO,
        "_is_deleted": False,
    }
    whole = {**provenance, **row}
    names = ", ".join(f'"{name}"' for name in whole)
    marks = ", ".join("?" for _ in whole)
    connection.execute(f"insert into raw.{entity} ({names}) values ({marks})", list(whole.values()))


@dataclass(frozen=True)
class Built:
    """A built warehouse, open for reading."""

    connection: duckdb.DuckDBPyConnection
    result: BuildResult

    def rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql, list(parameters)).fetchall()

    def one(self, sql: str, *parameters: object) -> tuple[Any, ...]:
        (row,) = self.rows(sql, *parameters)
        return row


def build_marketplace(marketplace: Marketplace, folder: Path) -> Built:
    path = folder / "analytics.duckdb"
    marketplace.write(path)
    result = build(path)
    return Built(open_warehouse(path, read_only=True), result)
