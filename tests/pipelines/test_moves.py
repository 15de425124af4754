"""A data folder may move, and a warehouse may be made anew from the landing files: nothing is read or counted twice."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb

from pipelines.ingest import IngestReport, check, ingest
from pipelines.ledger import Batch
from pipelines.warehouse import prepare
from tests.conftest import Project

Ingest = Callable[..., IngestReport]
AGAIN = Batch("batch-900", datetime(2026, 6, 2))


def test_a_landing_folder_that_moved_is_known_by_its_files(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest
) -> None:
    (landing / "term").mkdir()
    (landing / "term" / "employers_2026-05-01.csv").write_text("employer_id,name,joined_at\nE1,Acme,2026-01-01\n")
    (landing / "employers.pdf").write_text("no data\n")
    assert [each.status for each in ingest_all().outcomes] == ["loaded", "refused"]
    moved = landing.rename(landing.with_name("elsewhere"))
    again = ingest(warehouse, moved, AGAIN)
    assert again.outcomes == ()
    assert [each.name for each in again.standing] == ["employers.pdf"]
    assert [each.status for each in check(warehouse, moved, (), AGAIN)] == ["repeated", "refused"]


def test_whole_paths_of_an_earlier_version_are_made_relative(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest
) -> None:
    (landing / "employers_2026-05-01.csv").write_text("employer_id,name,joined_at\nE1,Acme,2026-01-01\n")
    ingest_all()
    warehouse.execute("update ops.deliveries set path = '/srv/former/landing/' || file_name")
    prepare(warehouse)
    assert ingest(warehouse, landing, AGAIN).outcomes == ()


def test_a_file_outside_the_landing_folder_keeps_its_whole_path(
    landing: Path, tmp_path: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "list.csv").write_text("id,what,since\nE1,Acme,2026-01-01\n")
    (outside / "x.mapping.toml").write_text(
        'source = "lists"\ndelivered_at = 2026-05-01T00:00:00Z\n[[files]]\npath = "list.csv"\n'
        '[files.entities.employers.fields]\nemployer_id = "id"\nname = "what"\njoined_at = "since"\n'
    )
    ingest_all(mappings=(outside / "x.mapping.toml",))
    assert warehouse.sql("select path from ops.deliveries").fetchall() == [(str(outside.resolve() / "list.csv"),)]
    prepare(warehouse)
    assert ingest(warehouse, landing, AGAIN, mappings=(outside / "x.mapping.toml",)).outcomes == ()


def ledger(project: Project) -> list[tuple[object, ...]]:
    with duckdb.connect(str(project.data / "warehouse" / "analytics.duckdb"), read_only=True) as connection:
        return connection.sql("select file_name, entity, status, batch_id from ops.deliveries order by all").fetchall()


def test_a_data_folder_that_moved_is_read_no_second_time(tiny: Project, tmp_path: Path) -> None:
    copy = tiny.copy_to(tmp_path)
    done = copy.throughline("ingest")
    assert done.returncode == 0, done.stderr
    assert ledger(copy) == ledger(tiny)
