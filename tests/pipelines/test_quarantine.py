from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import ThroughlineError
from pipelines.ingest import IngestReport
from pipelines.ledger import Batch
from pipelines.quarantine import rows, summary
from pipelines.reconcile import warehouse_problems
from pipelines.replaying import Replay, replay

Ingest = Callable[..., IngestReport]
BATCH = Batch("replay", datetime(2026, 6, 2))
MAPPING = """
source = "northwind"
delivered_at = 2026-02-01T00:00:00Z
[[files]]
path = "applications.txt.csv"
[files.entities.applications.fields]
application_id = "id"
project_id = "project"
student_id = "student"
applied_at = "at"
status = "state"
[files.entities.applications.values.status]
new = "open"
"""
ROWS = """id,project,student,at,state
1,P1,S1,2026-01-01,new
2,"P
2",S1,2026-01-01,hold
3,P1,S1,never,new
1,P2,S1,2026-01-01,new
"""


@pytest.fixture
def held(landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest) -> duckdb.DuckDBPyConnection:
    (landing / "applications.txt.csv").write_text(ROWS)
    (landing / "x.mapping.toml").write_text(MAPPING)
    (outcome,) = ingest_all().outcomes
    assert outcome.rules == {"value not allowed": 1, "wrong type": 1, "duplicate key": 1}
    return warehouse


def test_the_quarantine_is_counted_and_shown(held: duckdb.DuckDBPyConnection) -> None:
    assert summary(held)["rows"].to_list() == [1, 1, 1]
    shown = rows(held, None, "value not allowed", 10).to_dicts()
    assert [(each["line"], each["column"], each["found"], each["raw_text"]) for each in shown] == [
        (3, "status", "hold", '2,"P\n2",S1,2026-01-01,hold')
    ]


def test_a_mended_mapping_brings_its_rows_back_and_the_books_balance(
    held: duckdb.DuckDBPyConnection, landing: Path, tmp_path: Path
) -> None:
    (landing / "x.mapping.toml").write_text(MAPPING + 'hold = "open"\n')
    assert replay(held, landing, BATCH, None) == Replay(1, 2)
    assert held.sql("select application_id, project_id, status from raw.applications order by 1").fetchall() == [
        ("1", "P1", "open"),
        ("2", "P\n2", "open"),
    ]
    assert held.sql("select rows_loaded, rows_quarantined from ops.deliveries").fetchall() == [(2, 2)]
    assert replay(held, landing, BATCH, None) == Replay(0, 2)
    held.close()
    assert warehouse_problems(tmp_path / "warehouse" / "analytics.duckdb") == []


def test_an_unknown_file_gets_the_nearest_name(held: duckdb.DuckDBPyConnection, landing: Path) -> None:
    with pytest.raises(ThroughlineError, match=r"nearest: applications\.txt\.csv"):
        replay(held, landing, BATCH, "application.csv")


def test_rows_that_came_back_are_a_batch_of_their_own_so_that_the_next_run_builds(
    held: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    (landing / "x.mapping.toml").write_text(MAPPING + 'hold = "open"\n')
    replay(held, landing, BATCH, None)
    batches = held.sql("select batch_id, rows_loaded, finished_at is not null from ops.batches order by 1").fetchall()
    assert batches == [("batch-001", 1, True), ("replay", 1, True)]


WHOLE = """
source = "agency"
[[files]]
path = "employers*.csv"
{how}
[files.entities.employers.fields]
employer_id = "id"
name = "id"
joined_at = "joined"
"""
SNAPSHOT = """delivery = "snapshot"
delivered_at_pattern = 'employers_(.*)\\.csv'"""


def test_a_later_snapshot_answers_what_an_earlier_one_left_in_quarantine_whichever_comes_first(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest
) -> None:
    (landing / "x.mapping.toml").write_text(WHOLE.format(how=SNAPSHOT))
    for day, joined in (("2026-02-01", "never"), ("2026-03-01", "2025-06-01"), ("2026-01-01", "soon")):
        (landing / f"employers_{day}.csv").write_text(f"id,joined\nE1,2025-01-01\nE2,{joined}\n")
        ingest_all()
        assert summary(warehouse)["rows"].sum() == (day == "2026-02-01")
    assert warehouse.sql("select found from quarantine.rows order by 1").fetchall() == [("never",), ("soon",)]
    assert rows(warehouse, None, None, 10).is_empty()
    assert replay(warehouse, landing, BATCH, None) == Replay(0, 0)
    (landing / "employers_2026-04-01.csv").write_text("id,joined\nE1,later\n")
    ingest_all()
    assert rows(warehouse, None, None, 10)["found"].to_list() == ["later"]


def test_a_corrected_file_answers_what_it_left_in_quarantine_and_no_other_s(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest
) -> None:
    for day, joined in (("2026-02-01", "never"), ("2026-03-01", "2025-06-01")):
        how = f'correction = "by_name"\ndelivered_at = {day}T00:00:00Z'
        (landing / "x.mapping.toml").write_text(WHOLE.format(how=how))
        (landing / "employers_one.csv").write_text(f"id,joined\nE1,{joined}\n")
        if day == "2026-02-01":
            (landing / "employers_two.csv").write_text("id,joined\nE2,soon\n")
        ingest_all()
    assert rows(warehouse, None, None, 10)["found"].to_list() == ["soon"]


def test_bytes_that_corrected_two_files_are_answered_once_both_are(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest
) -> None:
    files = [landing / f"employers_{name}.csv" for name in ("one", "two")]
    for number, mended in enumerate(([], files[:1], files[1:]), 2):
        how = f'correction = "by_name"\ndelivered_at = 2026-0{number}-01T00:00:00Z'
        (landing / "x.mapping.toml").write_text(WHOLE.format(how=how))
        for file in mended or files:
            file.write_text(f"id,joined\nE1,{'2025-01-01' if mended else 'soon'}\n")
        ingest_all()
        assert rows(warehouse, None, None, 10)["found"].to_list() == ([] if mended == files[1:] else ["soon"])
