"""A warehouse in memory into which deliveries arrive, and what it then holds."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import duckdb
import jinja2
import pytest

from pipelines.content import Content, content, contents
from pipelines.contract import ENTITIES
from pipelines.ingest import IngestReport, ingest
from pipelines.ledger import Batch, Outcome
from pipelines.reconcile import entity_problems
from pipelines.run import finish
from pipelines.warehouse import OPS_TABLES, prepare
from tests.conftest import ROOT
from tests.faults.deliveries import LAYOUTS, Delivery
from tests.faults.figures import record

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


class Landing:
    """A warehouse in memory and a landing folder, emptied before each example; what was tried is counted."""

    KEYS = re.compile(rb"zq\d{3}x")

    def __init__(self, connection: duckdb.DuckDBPyConnection, factory: pytest.TempPathFactory) -> None:
        self.connection, self.factory = connection, factory
        self.tried: Counter[str] = Counter()
        self.survived: Counter[str] = Counter()

    def given(self, name: str, content: bytes) -> Path:
        """Return a fresh landing folder that holds one file."""
        empty(self.connection, ENTITIES)
        folder = self.factory.mktemp("landing")
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return folder

    def record(self) -> None:
        """Record what was tried and what survived."""
        for name in sorted(self.tried):
            record(name, self.tried[name], self.survived[name])

    def outcome(self, folder: Path) -> Outcome:
        """Ingest twice, hold what every run must hold, and return what became of the only file."""
        report = ingest(self.connection, folder, Batch("first", datetime(2026, 6, 1)))
        (outcome,) = report.outcomes
        assert finish(report) == (outcome.status == "refused")
        again = ingest(self.connection, folder, Batch("second", datetime(2026, 6, 2)))
        assert again.outcomes == ()
        assert [each.name for each in again.standing] == [outcome.name] * (outcome.status == "refused")
        assert finish(again) == (outcome.status == "refused")
        self.hold_books(outcome)
        return outcome

    def hold_books(self, outcome: Outcome) -> None:
        """Hold that a refused file left nothing but its reasons, and that a loaded one lost no record."""
        raw = sum(self.count(f"raw.{name}") for name in ENTITIES)
        quarantined = self.count("quarantine.rows")
        if outcome.status == "refused":
            assert (raw, quarantined) == (0, 0)
            assert "expected" in (outcome.reason or "")
            assert re.search("found|held back", outcome.reason or "")
            assert "expected" in (outcome.public_reason or "")
            assert "zq" not in (outcome.public_reason or "")
        else:
            assert (outcome.status, raw, quarantined) == ("loaded", outcome.loaded, outcome.quarantined)
            assert outcome.read == outcome.loaded + outcome.unchanged + outcome.quarantined

    def hold_balance(self, outcomes: Iterable[Outcome]) -> None:
        """Hold that raw and quarantine hold what the outcomes of all files say, and nothing else."""
        loaded = [each for each in outcomes if each.status == "loaded"]
        assert sum(self.count(f"raw.{name}") for name in ENTITIES) == sum(each.loaded for each in loaded)
        assert self.count("quarantine.rows") == sum(each.quarantined for each in loaded)
        assert all(each.read == each.loaded + each.unchanged + each.quarantined for each in loaded)

    def state(self) -> dict[str, int]:
        """Return how many rows lie in each table that a load writes."""
        return {table: self.count(table) for table in (*(f"raw.{name}" for name in ENTITIES), "quarantine.rows")}

    def count(self, table: str) -> int:
        ((rows,),) = self.connection.sql(f"select count(*) from {table}").fetchall()
        return int(rows)

    def kept(self) -> set[bytes]:
        """Return every key that stands anywhere in raw or in quarantine."""
        names = ", ".join(column.name for column in ENTITIES["employers"].columns if column.type == "text")
        texts = self.connection.sql(f"""
            select concat_ws(' ', {names}) from raw.employers
            union all select concat_ws(' ', raw_text, found) from quarantine.rows
        """).fetchall()
        return {found for (text,) in texts for found in self.KEYS.findall(text.encode())}


def shown(entity: str, name: str) -> str:
    """Return SQL for a column as its file wrote it."""
    text = name if ENTITIES[entity].column(name).type == "text" else f"strftime({name}, '%Y-%m-%d')"
    return f"coalesce({text}, '')"


@cache
def staged_sql(entity: str) -> str:
    """Return the SQL that dbt's staging makes of the macro ``current_version`` for an entity."""
    macro = jinja2.Environment().from_string(
        MACRO.read_text() + "{{ current_version('platform', entity, key) }}",
        globals={
            "ref": lambda model: "ops.as_of",
            "source": lambda group, table: f"ops.{table}" if group == "ops" else f"raw.{table}",
            "dbt": SimpleNamespace(type_string=lambda: "varchar"),
        },
    )
    return macro.render(entity=entity, key=list(ENTITIES[entity].key))


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
