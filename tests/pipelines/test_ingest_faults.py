"""What goes wrong with one file stays with that file; what goes wrong with the warehouse ends the run."""

import gzip
import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from pipelines import ingest as ingest_module
from pipelines import ledger, run
from pipelines.cli import app
from pipelines.errors import RefusedFile, WarehouseFailed
from pipelines.faults import refusing
from pipelines.ingest import IngestReport, check
from pipelines.ledger import Batch
from pipelines.progress import Steps
from pipelines.settings import Settings

Ingest = Callable[..., IngestReport]
DOMAINS = "employer_id,domain\nE1,a.example\n"
SNAPSHOT = 'delivered_at = 2026-02-01T00:00:00Z\ndelivery = "snapshot"\n'


def put(path: Path, text: str = DOMAINS) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def statuses(report: IngestReport) -> dict[str, str]:
    return {each.name: each.status for each in report.outcomes}


@pytest.mark.parametrize("folder", ["[ab]", "{x}", "who?", "st*r"])
@pytest.mark.parametrize("ending", ["csv", "parquet", "json", "CSV.GZ", "json.gz"])
def test_pattern_letters_in_a_name_are_letters(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest, folder: str, ending: str
) -> None:
    path = put(landing / folder / f"employer_domains_2026-02-01.{ending}")
    put(landing / "a" / "other.md")
    array = json.dumps([{"employer_id": "E1", "domain": "a.example"}])
    if ending == "parquet":
        duckdb.sql("select 'E1' as employer_id, 'a.example' as domain").write_parquet(str(landing / "plain"))
        (landing / "plain").rename(path)
    elif ending.lower().endswith("gz"):
        path.write_bytes(gzip.compress((array if "json" in ending else DOMAINS).encode()))
    elif ending == "json":
        path.write_text(array)
    (outcome,) = ingest_all().outcomes
    assert (outcome.status, outcome.loaded) == ("loaded", 1), outcome.reason


@pytest.mark.parametrize(
    "error",
    [
        PermissionError(13, "Permission denied"),
        FileNotFoundError(2, "No such file"),
        UnicodeDecodeError("utf-8", b"secret", 0, 1, "bad"),
        duckdb.ConversionException("secret"),
    ],
)
def test_an_error_of_one_file_refuses_it_and_the_others_load(
    landing: Path, ingest_all: Ingest, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    bad = put(landing / "employer_domains_2026-01-01.csv")
    put(landing / "employer_domains_2026-02-01.csv", DOMAINS + "E2,b.example\n")
    fingerprint = ingest_module.fingerprint

    def failing(path: Path) -> str:
        if path == bad:
            raise error
        return fingerprint(path)

    monkeypatch.setattr(ingest_module, "fingerprint", failing)
    report = ingest_all()
    assert statuses(report) == {bad.name: "refused", "employer_domains_2026-02-01.csv": "loaded"}
    assert type(error).__name__ in (report.refused[0].reason or "")
    assert report.refused[0].public_reason is not None
    assert "secret" not in report.refused[0].public_reason


def test_a_file_that_could_not_be_opened_is_tried_again(
    landing: Path, ingest_all: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(landing / "employer_domains_2026-01-01.csv")

    def failing(path: Path) -> str:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(ingest_module, "fingerprint", failing)
        assert ingest_all().refused
    report = ingest_all()
    assert report.refused == ()
    assert report.is_new


@pytest.mark.parametrize("error", [duckdb.FatalException("x"), OSError(28, "No space left on device")])
def test_what_no_file_is_to_blame_for_ends_the_run(
    landing: Path, ingest_all: Ingest, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    put(landing / "employer_domains_2026-01-01.csv")

    def failing(path: Path) -> str:
        raise error

    monkeypatch.setattr(ingest_module, "fingerprint", failing)
    with pytest.raises(WarehouseFailed, match="expected a warehouse that can be written"):
        ingest_all()


def test_a_reader_that_ran_out_of_disk_is_not_the_files_fault() -> None:
    refused = RefusedFile("a readable file", "a spill that is full")
    refused.__cause__ = duckdb.OutOfMemoryException("spill is full")
    with pytest.raises(duckdb.OutOfMemoryException), refusing():
        raise refused


def test_a_crash_between_files_leaves_no_rows_without_their_batch(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(landing / "employer_domains_2026-01-01.csv")
    put(landing / "employer_domains_2026-02-01.csv", DOMAINS + "E2,b.example\n")
    record = ledger.record

    def failing(*given: object) -> None:
        record(*given)  # type: ignore[arg-type]
        if "2026-02-01" in str(given[1]):
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(ledger, "record", failing)
        with pytest.raises(KeyboardInterrupt):
            ingest_all()
    batches = "select batch_id, files_loaded, rows_loaded, finished_at is null from ops.batches order by 1"
    assert warehouse.sql(batches).fetchall() == [("batch-001", 1, 1, True)]
    assert warehouse.sql("select distinct _batch_id from raw.employer_domains").fetchall() == [("batch-001",)]
    ingest_all()
    assert warehouse.sql(batches).fetchall()[1:] == [("batch-002", 1, 2, False)]


def test_a_batch_sums_its_files_and_refusals_alone_make_none(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest
) -> None:
    put(landing / "nonsense.csv")
    ingest_all()
    assert warehouse.sql("select count(*) from ops.batches").fetchall() == [(0,)]
    put(landing / "employer_domains_2026-01-01.csv", DOMAINS + "E2\n")
    put(landing / "employer_domains_2026-02-01.csv")
    put(landing / "more_nonsense.csv")
    ingest_all()
    sums = "select files_loaded, files_refused, rows_loaded, rows_quarantined from ops.batches"
    assert warehouse.sql(sums).fetchall() == [(2, 1, 2, 1)]


def test_what_a_file_holds_does_not_reach_the_public_reason(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest
) -> None:
    put(landing / "employer_domains_2026-01-01.csv", "jane.doe@example.org,x\n")
    ingest_all()
    reason, public = warehouse.sql("select reason, public_reason from ops.deliveries").fetchall()[0]
    assert "jane.doe" in reason
    assert "jane.doe" not in public
    assert "'employer_id'" in public
    published = (Path(run.__file__).parent / "meta.sql").read_text()
    assert "public_reason as reason" in published


def test_a_second_snapshot_of_the_same_moment_is_refused(landing: Path, ingest_all: Ingest) -> None:
    put(landing / "delivery.toml", SNAPSHOT)
    put(landing / "employer_domains.csv")
    put(landing / "employer_domains_2.csv", DOMAINS.replace("a.", "b.")).rename(landing / "employer_domains.tsv")
    (landing / "employer_domains.tsv").write_text("employer_id\tdomain\nE1\tb.example\n")
    report = ingest_all()
    assert statuses(report) == {"employer_domains.csv": "loaded", "employer_domains.tsv": "refused"}
    assert "expected one file for a snapshot" in (report.refused[0].reason or "")
    assert "2026-02-01T00:00:00Z" in (report.refused[0].reason or "")


def test_a_second_correction_of_a_name_at_the_same_moment_is_refused(landing: Path, ingest_all: Ingest) -> None:
    put(
        landing / "x.mapping.toml",
        'source = "northwind"\ndelivered_at = 2026-02-01T00:00:00Z\n[[files]]\npath = "*.csv"\n'
        'correction = "by_name"\n[files.entities.employer_domains]\n',
    )
    put(landing / "a.csv")
    put(landing / "b.csv", DOMAINS.replace("a.", "b."))
    assert statuses(ingest_all()) == {"a.csv": "loaded", "b.csv": "loaded"}
    put(landing / "a.csv", DOMAINS + "E2,c.example\n")
    assert statuses(ingest_all()) == {"a.csv": "refused"}


def test_files_that_were_held_back_load_once_the_mapping_is_mended_and_their_refusal_goes(
    landing: Path, ingest_all: Ingest
) -> None:
    put(landing / "employer_domains_2026-01-01.csv")
    assert statuses(ingest_all()) == {"employer_domains_2026-01-01.csv": "loaded"}
    put(landing / "employer_domains_2026-02-01.csv", DOMAINS + "E2,b.example\n")
    broken = put(landing / "x.mapping.toml", "source = ")
    report = ingest_all()
    assert statuses(report) == {"employer_domains_2026-02-01.csv": "refused", "x.mapping.toml": "refused"}
    broken.unlink()
    report = ingest_all()
    assert (statuses(report), report.standing) == ({"employer_domains_2026-02-01.csv": "loaded"}, ())


def test_a_name_with_undecodable_bytes_reaches_the_ledger_escaped(landing: Path, ingest_all: Ingest) -> None:
    Path(os.fsdecode(os.fsencode(landing) + b"/employers_\xff.csv")).write_text("employer_id\n")
    assert [each.name for each in ingest_all().refused] == ["employers_\\xff.csv"]
    assert [each.name for each in ingest_all().standing] == ["employers_\\xff.csv"]


def test_a_check_of_the_landing_folder_loads_nothing_and_knows_what_is_loaded(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest
) -> None:
    put(landing / "employer_domains_2026-01-01.csv")
    ingest_all()
    put(landing / "employer_domains_2026-02-01.csv", DOMAINS + "E2,b.example\n")
    put(landing / "nonsense.csv")
    outcomes = check(warehouse, landing, [], Batch("check", datetime(2026, 6, 1)))
    assert {each.name: (each.status, each.loaded) for each in outcomes} == {
        "employer_domains_2026-01-01.csv": ("repeated", 0),
        "employer_domains_2026-02-01.csv": ("loaded", 2),
        "nonsense.csv": ("refused", 0),
    }
    assert warehouse.sql("select count(*) from raw.employer_domains").fetchall() == [(1,)]
    assert warehouse.sql("select count(*) from ops.deliveries").fetchall() == [(1,)]
    assert warehouse.sql("select count(*) from ops.batches").fetchall() == [(1,)]


def test_a_check_leaves_dismissed_files_out(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest
) -> None:
    put(landing / "nonsense.csv")
    ingest_all()
    ledger.dismiss(warehouse, "nonsense.csv")
    assert check(warehouse, landing, [], Batch("check", datetime(2026, 6, 1))) == []


def test_a_file_that_cannot_be_looked_at_stays_dismissed_until_it_can(
    landing: Path, ingest_all: Ingest, warehouse: duckdb.DuckDBPyConnection
) -> None:
    broken, target = landing / "employer_domains_2026-01-01.csv", landing.parent / "elsewhere.csv"
    broken.symlink_to(target)
    for _ in range(2):
        assert [each.name for each in ingest_all().refused] == [broken.name]
    ledger.dismiss(warehouse, broken.name)
    for _ in range(2):
        assert not ingest_all().refused
    target.write_text("employer_id,domain\nE1,a.example\n")
    assert [each.loaded for each in ingest_all().outcomes] == [1]


def test_a_refused_file_outside_the_landing_folder_stands_until_it_is_gone_or_mended(
    tmp_path: Path, ingest_all: Ingest
) -> None:
    mapping, file = tmp_path / "x.mapping.toml", tmp_path / "out.csv"
    mapping.write_text(
        'source = "agency"\n[[files]]\npath = "out.csv"\n[files.entities.employer_domains.fields]\n'
        'employer_id = "id"\ndomain = "domain"\n'
    )
    file.write_text("id\nE1\n")

    def refused(*mappings: Path) -> int:
        return len(ingest_all(mappings=mappings).refused)

    assert (refused(mapping), refused(), refused(mapping)) == (1, 1, 1)
    file.write_text("id,domain\nE1,a.example\n")
    assert (refused(mapping), refused()) == (0, 0)
    file.write_text("id\nE1,E2\n")
    assert refused(mapping) == 1
    file.unlink()
    assert refused() == 0


def test_each_refusal_and_each_file_with_unused_columns_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path))
    settings = Settings()
    put(settings.landing_dir / "employer_domains_2026-01-01.csv", "employer_id,domain,shoe_size\nE1,a.example,9\n")
    put(settings.landing_dir / "nonsense.csv")
    for unused in (1, 0):
        run.finish(run.ingested(settings, [], None, Steps()))
        said = capsys.readouterr()
        assert said.err.count("nonsense.csv: ") == 1
        assert said.out.count("columns that nothing uses: shoe_size") == unused


ARRAY = gzip.compress(json.dumps([{"employer_id": f"E{n}", "domain": "a.example"} for n in range(50)]).encode())


DAMAGED = {
    "cut in the head": ARRAY[:12],
    "cut": ARRAY[:60],
    "cut in the checksum": ARRAY[:-6],
    "wrong checksum": ARRAY[:-8] + b"0000" + ARRAY[-4:],
    "not compressed": b"[]",
}


@pytest.mark.parametrize("damaged", DAMAGED.values(), ids=DAMAGED)
def test_a_compressed_array_that_is_damaged_is_refused(landing: Path, ingest_all: Ingest, damaged: bytes) -> None:
    (landing / "employer_domains.json.gz").write_bytes(damaged)
    (refusal,) = ingest_all().refused
    assert "expected a whole gzip file" in (refusal.reason or "")


def test_an_array_is_read_in_its_declared_encoding(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest
) -> None:
    (landing / "x.json").write_bytes('[{"employer_id": "Zoë", "domain": "a.example"}]'.encode("latin-1"))
    put(
        landing / "x.mapping.toml",
        'source = "northwind"\n[[files]]\npath = "x.json"\ndialect = { encoding = "latin-1" }\n'
        "[files.entities.employer_domains]\n",
    )
    ingest_all()
    assert warehouse.sql("select employer_id from raw.employer_domains").fetchall() == [("Zoë",)]


@pytest.mark.parametrize("header", ["\n\nemployer_id,domain", "\ufeff", "employer_id,domain,Domain"])
def test_a_first_line_that_is_no_header_is_said_so(landing: Path, ingest_all: Ingest, header: str) -> None:
    put(landing / "employer_domains.csv", f"{header}\nE1,a.example\n")
    (refusal,) = ingest_all().refused
    assert "line 1: expected a header of different names" in (refusal.reason or "")


def test_a_file_from_the_far_future_is_a_file(landing: Path, ingest_all: Ingest) -> None:
    os.utime(put(landing / "employer_domains.csv"), (13_000_000_000, 13_000_000_000))
    assert statuses(ingest_all()) == {"employer_domains.csv": "loaded"}
    assert ingest_all().outcomes == ()


@pytest.mark.parametrize("text", ["delivered_at = 20260201\n", "ignored = " + "[" * 5000])
def test_a_manifest_that_cannot_be_followed_refuses_its_files(landing: Path, ingest_all: Ingest, text: str) -> None:
    put(landing / "delivery.toml", text)
    put(landing / "employer_domains.csv")
    (refusal,) = ingest_all().refused
    assert "delivery.toml: " in (refusal.reason or "")


def test_a_standing_refusal_is_repeated_beside_a_new_file_of_its_name(
    tmp_path: Path, landing: Path, ingest_all: Ingest
) -> None:
    mapping = 'source = "northwind"\n[[files]]\npath = "one.csv"\n[files.entities.employer_domains]\n'
    bad, good = (put(tmp_path / name / "x.mapping.toml", mapping) for name in ("bad", "good"))
    put(tmp_path / "bad" / "one.csv", "nothing\n")
    assert [each.name for each in ingest_all(mappings=[bad]).refused] == ["one.csv"]
    put(tmp_path / "good" / "one.csv")
    report = ingest_all(mappings=[bad, good])
    assert (statuses(report), [each.name for each in report.refused]) == ({"one.csv": "loaded"}, ["one.csv"])


def test_a_limit_below_one_is_wrong_use() -> None:
    assert CliRunner().invoke(app, ["quarantine", "show", "--limit", "-1"]).exit_code == 2
