"""A warehouse in memory into which deliveries arrive, and what it then holds."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path

import duckdb
import jinja2

from pipelines.content import Content, content, contents
from pipelines.contract import ENTITIES
from pipelines.ingest import IngestReport, ingest
from pipelines.ledger import Batch
from pipelines.reconcile import entity_problems
from pipelines.warehouse import OPS_TABLES, prepare
from tests.conftest import ROOT
from tests.faults.deliveries import LAYOUTS, Delivery

MACRO = ROOT / "dbt_project" / "macros" / "current_version.sql"


@contextmanager
def warehouse_in_memory(spill: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a prepared warehouse that no disk knows, called as the real one is."""
    with duckdb.connect() as connection:
        connection.execute(f"set temp_directory = '{spill}'")
        connection.execute("set timezone = 'UTC'; set threads = 1; set enable_progress_bar = false")
        connection.execute("attach ':memory:' as analytics; use analytics")
        prepare(connection)
        yield connection


def empty(connection: duckdb.DuckDBPyConnection, entities: Iterable[str]) -> None:
    """Forget everything that was delivered of these entities."""
    for table in (*(f"raw.{name}" for name in entities), *OPS_TABLES):
        connection.execute(f"delete from {table}")


class Arrivals:
    """Runs of ingest over files that land one after another in a folder beside the landing folder."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
        empty(connection, LAYOUTS)
        self.connection, self.folder = connection, folder
        self.mappings: list[Path] = []
        self.runs = 0
        (folder / "landing").mkdir(parents=True)

    def land(self, delivery: Delivery) -> None:
        """Put a file and its mapping beside those that are there."""
        number = len(self.mappings)
        self.mappings.append(delivery.land(self.folder / f"{number:02}"))

    def run(self) -> IngestReport:
        """Ingest whatever has landed."""
        self.runs += 1
        batch = Batch(f"batch-{self.runs:03}", datetime(2026, 6, 1))
        return ingest(self.connection, self.folder / "landing", batch, mappings=self.mappings)

    def problems(self) -> list[object]:
        """Return the files whose books do not balance, or do not tell what raw and quarantine hold."""
        unbalanced = self.connection.sql("""
            select file_name from ops.deliveries as deliveries where status = 'loaded' and (
                rows_read <> rows_loaded + rows_unchanged + rows_quarantined + rows_erased
                or rows_quarantined <> (
                    select count(*) from quarantine.rows as held
                    where (held.source, held.entity, held.file_id, held.delivered_at)
                        = (deliveries.source, deliveries.entity, deliveries.file_id, deliveries.delivered_at)))
        """).fetchall()
        return [*unbalanced, *(row for entity in LAYOUTS for row in entity_problems(self.connection, entity))]

    def current(self, entities: Iterable[str], as_of: datetime) -> dict[tuple[str, str], tuple[str, ...]]:
        """Return (entity, key) -> cells of the rows that staging would read at a moment, by its own SQL."""
        self.connection.execute("delete from ops.as_of")
        self.connection.execute("insert into ops.as_of values (?)", [as_of])
        found: dict[tuple[str, str], tuple[str, ...]] = {}
        for entity in entities:
            cells = ", ".join(shown(entity, name) for name in (*LAYOUTS[entity], "updated_at"))
            for row in self.connection.sql(f"select {cells} from ({staged_sql(entity)})").fetchall():
                assert (entity, row[1]) not in found
                found[entity, row[1]] = row
        return found


def shown(entity: str, name: str) -> str:
    """Return SQL for a column as its file wrote it."""
    text = name if ENTITIES[entity].column(name).type == "text" else f"strftime({name}, '%Y-%m-%d')"
    return f"coalesce({text}, '')"


@cache
def staged_sql(entity: str) -> str:
    """Return the SQL that dbt's staging makes of the macro ``current_version`` for an entity."""
    macro = jinja2.Environment().from_string(
        MACRO.read_text() + "{{ current_version(relation, key) }}", globals={"ref": lambda model: "ops.as_of"}
    )
    return macro.render(relation=f"raw.{entity}", key=list(ENTITIES[entity].key))


def state(connection: duckdb.DuckDBPyConnection, *, but: Sequence[str] = ()) -> dict[str, Content]:
    """Return what the warehouse holds, but for bookkeeping and the columns in ``but``."""
    held = contents(connection, ["raw"])
    relations = {
        "quarantine.rows": "quarantine.rows",
        "ops.snapshots": "ops.snapshots",
        "ops.snapshot_rows": "ops.snapshot_rows",
        "ops.deliveries": """(
            select source, entity, sha256, delivered_at, mode, rows_read, rows_loaded, rows_unchanged,
                rows_quarantined, rows_erased
            from ops.deliveries where status = 'loaded')""",
    }
    for name, relation in relations.items():
        columns = [row[0] for row in connection.sql(f"describe select * from {relation} as held").fetchall()]
        held[name] = content(connection, f"{relation} as held", [each for each in columns if each not in but])
    return held
