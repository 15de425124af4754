"""A data folder may move, and a warehouse may be made anew from the landing files: nothing is read or counted twice."""

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.content import Content, contents
from pipelines.ingest import IngestReport, check, ingest
from pipelines.ledger import Batch
from pipelines.warehouse import open_warehouse, prepare
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


SNAPSHOTS = """
source = "northwind"
[[files]]
path = "domains_*.csv"
delivery = "snapshot"
delivered_at_pattern = 'domains_(.*)\\.csv'
[files.entities.employer_domains.fields]
employer_id = "employer"
domain = "domain"
verified_at = "verified"
"""
DOMAINS = {
    "2026-02-01": "E1,a.example,2025-01-01\nE1,b.example,2025-01-01\n",
    "2026-03-01": "E1,a.example,2025-01-09\n",
    "2026-04-01": "E1,a.example,2025-01-01\nE1,b.example,never\n",
}
CHANGES = {
    "employers_2026-05-02.csv": "employer_id,name,joined_at\nE1,Acme & Co,2026-01-01\nE2,Bolt,never\nE2,Cast,never\n",
    "employers_2026-05-01.csv": "employer_id,name,joined_at\nE1,Acme,2026-01-01\n" + "E3,Dorn,2026-01-01\n" * 2,
}


def kept(connection: duckdb.DuckDBPyConnection) -> dict[str, Content]:
    """Return what raw, quarantine and the memory of snapshots hold."""
    tables = contents(connection, ("raw", "quarantine", "ops"))
    return {name: held for name, held in tables.items() if not name.startswith("ops.") or "snapshot" in name}


def test_a_warehouse_made_anew_from_the_landing_files_is_the_same_whatever_came_first(
    landing: Path, tmp_path: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest
) -> None:
    (landing / "x.mapping.toml").write_text(SNAPSHOTS)
    for when in ("2026-04-01", "2026-02-01", "2026-03-01"):
        (landing / f"domains_{when}.csv").write_text(f"employer,domain,verified\n{DOMAINS[when]}")
        assert ingest_all().refused == ()
    for name, text in CHANGES.items():
        (landing / name).write_text(text)
        assert ingest_all().refused == ()
    first = kept(warehouse)
    assert first["raw.employer_domains"].rows == 5
    assert first["quarantine.rows"].rows == 3
    with open_warehouse(tmp_path / "anew" / "analytics.duckdb") as anew:
        prepare(anew)
        assert ingest(anew, landing, AGAIN).refused == ()
        assert kept(anew) == first


@pytest.mark.slow
def test_a_project_made_anew_from_its_landing_files_shows_the_same(tiny: Project, tmp_path: Path) -> None:
    anew = tiny.copy_to(tmp_path)
    for name in ("warehouse", "published"):
        shutil.rmtree(anew.data / name)
    done = anew.throughline("run")
    assert done.returncode == 0, done.stdout + done.stderr
    found = []
    for project in (tiny, anew):
        with duckdb.connect() as connection:
            connection.execute(f"attach '{project.data / 'warehouse' / 'analytics.duckdb'}' as analytics (read_only)")
            found.append(contents(connection, ("raw", "quarantine", "pseudonyms", "marts")))
    assert found[0] == found[1]
    assert found[0]["marts.fct_applications"].rows > 1000
    assert anew.throughline("verify").returncode == 0
