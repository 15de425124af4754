"""A mended mapping brings rows back just as the file says them, in every format, and the books balance."""

import gzip
import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines import load
from pipelines.ingest import IngestReport
from pipelines.ledger import Batch
from pipelines.reconcile import warehouse_problems
from pipelines.replaying import Replay, replay
from pipelines.staged import records_at
from pipelines.text_records import Records

Ingest = Callable[..., IngestReport]
BATCH = Batch("replay", datetime(2026, 6, 2))
MAPPING = """
source = "northwind"
delivered_at = {delivered_at}
[[files]]
path = "applications*"
{how}
[files.entities.applications.fields]
application_id = "id"
project_id = "project"
student_id = "student"
applied_at = "at"
status = "state"
[files.entities.applications.values.status]
new = "open"
"""
HEADER = ("id", "project", "student", "at", "state")
ROWS = [
    ("1", "P1", "S1", "2026-01-01", "new"),
    ("2", 'P,"2', "S1", "2026-01-01", "hold"),
    ("3", "P1", "S1", "never", "new"),
    ("1", "P2", "S1", "2026-01-01", "new"),
    ("4", "P1", None, "2026-01-01", "hold"),
    ("5", "P1", "S1", "2026-01-01", "hold"),
    ("5", "P1", "S1", "2026-01-01", "hold"),
    ("6", "P2", "S2", "2026-01-01", "hold"),
    ("6", "P1", "S2", "2026-01-01", "new"),
    ("7", "P1", "S2", "2026-01-01", "hold"),
    ("7", "P1", "S2", "2026-01-01", "new"),
    ("8", "P1\nP2", "S2", "2026-01-01", "hold"),
]
"""Once ``hold`` is mapped: 2, 5 and 8 come back and 5 and 7 repeat; 3, 4, the second 1 and the first 6 stay."""


def write_map(landing: Path, *, mended: bool, delivered_at: str = "2026-02-01T00:00:00Z", how: str = "") -> None:
    text = MAPPING.format(delivered_at=delivered_at, how=how)
    (landing / "x.mapping.toml").write_text(text + ('hold = "open"\n' if mended else ""))


def delimited(rows: list[tuple[str | None, ...]]) -> str:
    return pl.DataFrame(rows, schema=HEADER, orient="row").write_csv()


def as_csv(landing: Path) -> None:
    (landing / "applications.csv").write_text(delimited(ROWS))


def as_windows_csv(landing: Path) -> None:
    damaged = delimited(ROWS).replace("1,P1", "\n9,P\0,S1,2026-01-01,hold\n9,P1,S1\n1,P1", 1)
    (landing / "applications.csv").write_bytes(damaged.replace("\n", "\r\n").encode())


def as_gzip(landing: Path) -> None:
    (landing / "applications.csv.gz").write_bytes(gzip.compress(delimited(ROWS).encode()))


def as_ndjson(landing: Path) -> None:
    lines = [json.dumps(dict(zip(HEADER, row, strict=True))) for row in ROWS]
    (landing / "applications.ndjson").write_text("\n".join([lines[0], "[no object]", *lines[1:]]) + "\n")


def as_array(landing: Path) -> None:
    (landing / "applications.json").write_text(json.dumps([dict(zip(HEADER, row, strict=True)) for row in ROWS]))


def as_workbook(landing: Path) -> None:
    pl.DataFrame(ROWS, schema=HEADER, orient="row").write_excel(landing / "applications.xlsx")


def as_parquet(landing: Path) -> None:
    pl.DataFrame(ROWS, schema=HEADER, orient="row").write_parquet(landing / "applications.parquet")


WRITERS = {
    as_csv: 0,
    as_windows_csv: 2,
    as_gzip: 0,
    as_ndjson: 1,
    as_array: 0,
    as_workbook: 0,
    as_parquet: 0,
}
"""Format -> records that no mapping mends."""


def applications(warehouse: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return warehouse.sql("select application_id, project_id, status from raw.applications order by 1").fetchall()


def books(warehouse: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return warehouse.sql("""
        select rows_read, rows_loaded, rows_unchanged, rows_quarantined from ops.deliveries where status = 'loaded'
    """).fetchall()


def problems(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> list[str]:
    warehouse.close()
    return warehouse_problems(tmp_path / "warehouse" / "analytics.duckdb")


@pytest.mark.parametrize("write", WRITERS)
def test_rows_come_back_from_every_format_and_the_books_balance(
    landing: Path,
    warehouse: duckdb.DuckDBPyConnection,
    ingest_all: Ingest,
    tmp_path: Path,
    write: Callable[[Path], None],
) -> None:
    write(landing)
    write_map(landing, mended=False)
    assert ingest_all().refused == ()
    damaged = WRITERS[write]
    assert books(warehouse) == [(12 + damaged, 3, 0, 9 + damaged)]
    write_map(landing, mended=True)
    assert replay(warehouse, landing, BATCH, None) == Replay(3, 4 + damaged, {})
    assert applications(warehouse) == [
        ("1", "P1", "open"),
        ("2", 'P,"2', "open"),
        ("5", "P1", "open"),
        ("6", "P1", "open"),
        ("7", "P1", "open"),
        ("8", "P1\nP2", "open"),
    ]
    assert books(warehouse) == [(12 + damaged, 6, 2, 4 + damaged)]
    left = warehouse.sql("""
        select rule, found from quarantine.rows
        where status = 'open' and rule in ('duplicate key', 'missing value', 'wrong type') order by all
    """).fetchall()
    assert left == [("duplicate key", "1"), ("duplicate key", "6"), ("missing value", None), ("wrong type", "never")]
    assert replay(warehouse, landing, BATCH, None) == Replay(0, 4 + damaged, {})
    assert problems(warehouse, tmp_path) == []


LOG = """
source = "hiring"
delivered_at = 2026-02-01T00:00:00Z
[[files]]
path = "log.csv"
delivery = "events"
[files.event_log]
case = "case"
activity = "act"
time = "ts"
[files.entities.ats_applications.fields]
application_id = "case"
candidate_id = "case"
applied_at = { first = "ts" }
status = { last = "act" }
[files.entities.ats_applications.constants]
system = "hiring"
employer_id = "hiring"
[files.entities.ats_application_events.fields]
event_id = { template = "{case}-{ts}" }
application_id = "case"
[files.entities.ats_application_events.constants]
system = "hiring"
[files.entities.ats_applications.values.status]
Apply = "active"
Offer = "active"
[files.event_log.activities]
Apply = { event_type = "applied", rank = 0 }
Offer = { event_type = "offered", rank = 5 }
"""
HOLD = 'Hold = { event_type = "reviewed", rank = 1 }\n'


def test_a_case_keeps_its_first_event_though_only_a_later_one_was_held(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest, tmp_path: Path
) -> None:
    mapping = landing / "x.mapping.toml"
    mapping.write_text(LOG)
    (landing / "log.csv").write_text(
        "case,act,ts\nA,Apply,2026-01-01\nA,Hold,2026-01-02\nB,Apply,2026-01-03\nB,Offer,2026-01-04\n"
    )
    ingest_all()
    assert sorted(books(warehouse)) == [(4, 1, 1, 2), (4, 3, 0, 1)]
    mapping.write_text(LOG.replace('Offer = "active"', 'Offer = "active"\nHold = "active"') + HOLD)
    assert replay(warehouse, landing, BATCH, None) == Replay(2, 0)
    assert warehouse.sql("select application_id, strftime(applied_at, '%d') from raw.ats_applications").fetchall() == [
        ("B", "03"),
        ("A", "01"),
    ]
    assert warehouse.sql("select count(*) from raw.ats_application_events").fetchall() == [(4,)]
    assert sorted(books(warehouse)) == [(4, 2, 2, 0), (4, 4, 0, 0)]
    assert problems(warehouse, tmp_path) == []


def test_a_file_is_found_by_its_bytes_and_keeps_the_delivery_that_it_had(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest
) -> None:
    as_csv(landing)
    write_map(landing, mended=False)
    ingest_all()
    (landing / "applications.csv").rename(landing / "applications-renamed.csv")
    write_map(landing, mended=True, delivered_at="2026-03-01T00:00:00Z")
    assert replay(warehouse, landing, BATCH, "applications.csv").loaded == 3
    assert warehouse.sql("select distinct strftime(_delivered_at, '%m') from raw.applications").fetchall() == [("02",)]


def test_a_file_that_cannot_be_replayed_is_named_with_the_reason(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest
) -> None:
    as_csv(landing)
    write_map(landing, mended=False)
    ingest_all()
    file = landing / "applications.csv"
    whole = file.read_bytes()

    def reason() -> str:
        done = replay(warehouse, landing, BATCH, None)
        assert (done.loaded, done.left) == (0, 9)
        assert done.is_failed == ("holds all there is" not in done.reasons["applications.csv"])
        return done.reasons["applications.csv"]

    write_map(landing, mended=True, how='delivery = "snapshot"')
    assert "holds all there is" in reason()
    assert replay(warehouse, landing, BATCH, "applications.csv").is_failed
    (landing / "x.mapping.toml").unlink()
    assert "expected" in reason()
    write_map(landing, mended=True)
    (landing / "x.mapping.toml").write_text((landing / "x.mapping.toml").read_text().replace("northwind", "southwind"))
    assert "expected a mapping of the source 'northwind'" in reason()
    write_map(landing, mended=True)
    (landing / "x.mapping.toml").write_text((landing / "x.mapping.toml").read_text().replace('"state"', '"statte"'))
    assert "expected a column 'statte'" in reason()
    file.write_bytes(whole.replace(b"S1", b"S9"))
    assert "found none with its bytes" in reason()
    file.unlink()
    write_map(landing, mended=True)
    assert "found none with its bytes" in reason()


def test_a_link_that_leads_nowhere_holds_up_no_other_file(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest
) -> None:
    as_csv(landing)
    write_map(landing, mended=False)
    ingest_all()
    (landing / "costs.csv").symlink_to("nowhere.csv")
    write_map(landing, mended=True)
    done = replay(warehouse, landing, BATCH, None)
    assert (done.loaded, done.is_failed) == (3, False)


def test_the_rows_of_a_snapshot_stay(landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest) -> None:
    as_csv(landing)
    write_map(landing, mended=False, how='delivery = "snapshot"')
    ingest_all()
    write_map(landing, mended=True)
    done = replay(warehouse, landing, BATCH, None)
    assert (done.loaded, done.left) == (0, 9)
    assert "holds all there is" in done.reasons["applications.csv"]


def test_lines_are_found_by_bisection_among_records_of_any_length(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    records = ["a,b", *(f'{n},"{"x" + os.linesep * (n % 7 == 0) * 5}"' for n in range(1, 500))]
    path.write_text("\n".join(records) + "\n")
    places = Records(path, b",").places(range(499))
    lines = {line: record for record, (line, _) in places.items()}
    passes = 0

    def counted(wanted: object) -> dict[int, tuple[int, str]]:
        nonlocal passes
        passes += 1
        return {record: places[record] for record in wanted}  # type: ignore[attr-defined]

    last = max(lines)
    assert records_at(counted, 499, range(1, last + 10)) == lines
    assert passes < 25


def test_a_clean_file_is_passed_over_twice_at_most() -> None:
    passes = []

    def plain(wanted: object) -> dict[int, tuple[int, str]]:
        passes.append(wanted)
        return {record: (record + 2, "") for record in wanted}  # type: ignore[attr-defined]

    assert records_at(plain, 10**9, [2, 77, 10**9]) == {2: 0, 77: 75, 10**9: 10**9 - 2}
    assert len(passes) < 4


def test_reader_rejects_count_towards_the_most_that_is_quarantined(
    landing: Path, ingest_all: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "MOST_QUARANTINED", 3)
    write_map(landing, mended=False)
    good = ",".join(str(part) for part in ROWS[0])
    (landing / "applications.csv").write_text("\n".join([",".join(HEADER), good, *["too,few"] * 3, "9,P,S,never,new"]))
    (refused,) = ingest_all().refused
    assert refused.reason is not None
    assert "line 3" in refused.reason
    assert "4 rows that do not conform" in refused.reason
