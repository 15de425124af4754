"""The quarantine as a file, and its life: listed, shown, exported, mended, replayed, empty."""

import csv
import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.exporting import ENDINGS, CannotExport, export
from pipelines.ingest import IngestReport
from tests.conftest import Project

Ingest = Callable[..., IngestReport]
ROWS = 'employer_id,name,joined_at\nE1,Acme,2026-01-01\n=1+1,Bolt,never\nE3,"Cast; +cmd",soon\n'


@pytest.fixture
def held(landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Ingest) -> duckdb.DuckDBPyConnection:
    (landing / "employers_2026-05-01.csv").write_text(ROWS)
    (landing / "employers_2026-05-02.csv").write_text("employer_id,name,joined_at\nE4,,2026-01-01\n")
    assert [each.quarantined for each in ingest_all().outcomes] == [2, 1]
    return warehouse


def read(path: Path) -> list[dict[str, object]]:
    if path.suffix == ".csv":
        return pl.read_csv(path).to_dicts()
    if path.suffix == ".xlsx":
        return pl.read_excel(path).to_dicts()
    return (pl.read_parquet if path.suffix == ".parquet" else pl.read_ndjson)(path).to_dicts()


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_row_comes_with_its_place_its_rule_and_its_text_for_the_owner_alone(
    held: duckdb.DuckDBPyConnection, tmp_path: Path, ending: str
) -> None:
    target = tmp_path / f"out{ending}"
    assert export(held, target, None, None) == 3
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    first, second, third = read(target)
    assert (first["file"], first["line"], first["column"], first["rule"]) == (
        "employers_2026-05-01.csv",
        3,
        "joined_at",
        "wrong type",
    )
    assert (second["found"], third["rule"]) == ("soon", "missing value")
    assert str(first["raw_text"]).endswith("=1+1,Bolt,never")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_nothing_in_a_spreadsheet_is_a_formula(held: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    export(held, tmp_path / "out.csv", None, None)
    with (tmp_path / "out.csv").open(newline="") as stream:
        texts = [row["raw_text"] for row in csv.DictReader(stream)]
    assert texts[:2] == ["'=1+1,Bolt,never", 'E3,"Cast;\' +cmd",soon']
    export(held, tmp_path / "out.xlsx", None, None)
    assert read(tmp_path / "out.xlsx")[0]["raw_text"] == "=1+1,Bolt,never"
    with zipfile.ZipFile(tmp_path / "out.xlsx") as book:
        assert b"<f>" not in b"".join(book.read(name) for name in book.namelist() if "sheet" in name)


def test_a_file_and_a_rule_choose_the_rows(held: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    assert export(held, tmp_path / "a.csv", "employers_2026-05-02.csv", None) == 1
    assert export(held, tmp_path / "b.csv", None, "wrong type") == 2
    with pytest.raises(CannotExport, match=r"nearest: employers_2026-05-0"):
        export(held, tmp_path / "c.csv", "employers_2026-05-03.csv", None)
    with pytest.raises(CannotExport, match="nearest: wrong type"):
        export(held, tmp_path / "c.csv", None, "wrong types")


def test_what_is_there_is_kept_unless_it_is_to_be_replaced(held: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    target.write_text("mine")
    with pytest.raises(CannotExport, match="--force"):
        export(held, target, None, None)
    assert target.read_text() == "mine"
    assert export(held, target, None, None, force=True) == 3
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with pytest.raises(CannotExport, match=r"\.csv, \.xlsx, \.parquet, \.ndjson"):
        export(held, tmp_path / "out.doc", None, None)
    with pytest.raises(CannotExport, match="can be written"):
        export(held, tmp_path / "none" / "out.csv", None, None)


MAPPING = """
source = "northwind"
delivered_at = 2026-06-30T00:00:00Z
[[files]]
path = "clients.txt.csv"
[files.entities.employers.fields]
employer_id = "id"
name = "client"
joined_at = "since"
{more}
"""
CLIENTS = "id,client,since,size\nE-n1,Acme,2026-01-01,50-249\nE-n2,Bolt,2026-02-01,medium\nE-n3,Cast,2026-03-01,large\n"
SIZE = 'size_band = "size"\n{words}'
WORDS = '[files.entities.employers.values.size_band]\nmedium = "50-249"\nlarge = "250-999"\n'
NAME = "northwind/clients.txt.csv"


def counts(project: Project, rule: str | None = None) -> list[int]:
    """Return the rows of the file in quarantine, as ``quarantine list`` counts them."""
    rows = json.loads(project.throughline("quarantine", "list", "--format", "json").stdout)
    return [row["rows"] for row in rows if row["file"] == NAME and rule in (None, row["rule"])]


def told(project: Project) -> tuple[object, ...]:
    """Return what the published file, and so the page Data health, says of the file: loaded, quarantined, held rows."""
    with duckdb.connect(str(project.published), read_only=True) as connection:
        (found,) = connection.execute(
            """
            select sum(rows_loaded), sum(rows_quarantined), (
                select count(*) from meta.quarantined_rows where file_name = $1
            )
            from meta.deliveries where file_name = $1 and status = 'loaded'
            """,
            [NAME],
        ).fetchall()
    return tuple(map(int, found))


@pytest.fixture
def project(tiny: Project, tmp_path: Path) -> Project:
    """Return a project in which a file landed of whose three rows two say a size that its mapping does not know."""
    project = tiny.copy_to(tmp_path)
    landing = project.data / "landing" / "northwind"
    landing.mkdir()
    (landing / "clients.txt.csv").write_text(CLIENTS)
    (landing / "x.mapping.toml").write_text(MAPPING.format(more=SIZE.format(words="")))
    return project


def in_raw(project: Project) -> list[tuple[object, ...]]:
    with duckdb.connect(str(project.data / "warehouse" / "analytics.duckdb"), read_only=True) as connection:
        return connection.sql("""
            select employer_id, size_band from raw.employers where _source = 'northwind' order by all
        """).fetchall()


@pytest.mark.slow
def test_the_life_of_a_row_from_quarantine_to_raw(project: Project, tmp_path: Path) -> None:
    """Counted, shown, exported, mended by the mapping, replayed; then nothing is held, and Data health says so."""
    done = project.throughline("run")
    assert done.returncode == 0, done.stdout + done.stderr
    assert counts(project) == [2]
    assert told(project) == (1, 2, 2)
    shown = json.loads(project.throughline("quarantine", "show", NAME, "--format", "json").stdout)
    assert [(row["line"], row["column"], row["found"]) for row in shown] == [
        (3, "size_band", "medium"),
        (4, "size_band", "large"),
    ]
    out = tmp_path / "held.csv"
    assert project.throughline("quarantine", "export", str(out), "--file", NAME).returncode == 0
    assert [row["raw_text"] for row in read(out)] == ["E-n2,Bolt,2026-02-01,medium", "E-n3,Cast,2026-03-01,large"]
    mapping = project.data / "landing" / "northwind" / "x.mapping.toml"
    mapping.write_text(MAPPING.format(more=SIZE.format(words=WORDS)))
    assert "2 rows loaded" in project.throughline("quarantine", "replay", NAME).stdout
    assert counts(project) == []
    assert in_raw(project) == [("E-n1", "50-249"), ("E-n2", "50-249"), ("E-n3", "250-999")]
    done = project.throughline("run")
    assert done.returncode == 0, done.stdout + done.stderr
    assert told(project) == (3, 0, 0)
    assert project.throughline("verify").returncode == 0


@pytest.mark.slow
def test_a_corrected_file_brings_its_rows_and_the_first_delivery_keeps_what_it_held(project: Project) -> None:
    assert project.throughline("ingest").returncode == 0
    file = project.data / "landing" / "northwind" / "clients.txt.csv"
    file.write_text(CLIENTS.replace("medium", "50-249").replace("large", "250-999"))
    mapping = file.with_name("x.mapping.toml")
    mapping.write_text(mapping.read_text().replace("2026-06-30", "2026-07-01"))
    assert project.throughline("ingest").returncode == 0
    assert {*in_raw(project)} == {("E-n1", "50-249"), ("E-n2", "50-249"), ("E-n3", "250-999")}
    assert counts(project) == [2]
