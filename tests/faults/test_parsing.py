"""Whatever bytes land under whatever name: they are loaded or refused with a reason, and no record is lost."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import datetime

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.ingest import ingest
from pipelines.ledger import Batch
from pipelines.run import finish
from tests.faults.arriving import Landing, warehouse_in_memory
from tests.faults.damage import COLUMNS, DELIMITERS, File, damaged_files, whole_files
from tests.faults.figures import record
from tests.faults.generation import tries


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Landing]:
    with warehouse_in_memory(tmp_path_factory.mktemp("spill")) as connection:
        landing = Landing(connection, tmp_path_factory)
        yield landing
    landing.record()


def counted(file: File) -> int | None:
    """Return how many records an independent reader counts; None where it is for no reader to say."""
    if file.base == "parquet":
        return None if file.mutations else len(file.rows)
    plain = file.plain
    if plain is None or b"\0" in plain:
        return None
    try:
        text = plain.decode("utf-8")
        if file.base == "json":
            return len(json.loads(text))
        if file.base == "ndjson":
            return sum(bool(line.strip("\r")) for line in text.split("\n")) if not stray_returns(plain) else None
        if stray_returns(plain):
            return None
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=DELIMITERS[file.base], strict=True)
        return sum(bool(row) for row in rows) - 1
    except (ValueError, RecursionError, TypeError, csv.Error):
        return None


def stray_returns(plain: bytes) -> bool:
    """Say whether there are carriage returns that end no line: readers differ about them."""
    return plain.count(b"\r") != plain.count(b"\r\n")


@tries(few=25, many=1500)
@given(file=whole_files())
def test_a_whole_file_is_loaded_to_the_last_row(landing: Landing, file: File) -> None:
    landing.tried[f"whole files, {file.format}"] += 1
    outcome = landing.outcome(landing.given(f"employers_2026-02-01.{file.format}", file.content))
    assert (outcome.status, outcome.read, outcome.loaded) == ("loaded", len(file.rows), len(file.rows)), outcome.reason
    held = landing.connection.sql("""
        select employer_id, name, strftime(joined_at, '%Y-%m-%dT%H:%M:%SZ'), state from raw.employers order by 1
    """).fetchall()
    assert held == [tuple(row[name] for name in COLUMNS) for row in file.rows]
    landing.survived[f"whole files, {file.format}"] += 1


@tries(few=45, many=4000)
@given(file=damaged_files())
def test_a_damaged_file_is_refused_or_keeps_every_record(landing: Landing, file: File) -> None:
    outcome = landing.outcome(landing.given(f"employers_2026-02-01.{file.format}", file.content))
    name = f"damaged files, {file.format}, {outcome.status}"
    landing.tried[name] += 1
    if outcome.status == "loaded":
        records, plain = counted(file), file.plain
        assert records is None or outcome.read == records
        if plain is not None:
            below = plain if file.base not in DELIMITERS else plain.partition(b"\n")[2]
            assert set(Landing.KEYS.findall(below)) <= landing.kept()
    landing.survived[name] += 1


NAMES = st.text(st.sampled_from("ab Z9.-_[]{}*?'\"%$#&;()=+,~^@!\\é漢\n"), min_size=1, max_size=20).filter(
    lambda name: name.strip(". ") != ""
)
ENDINGS = (
    *("", ".csv", ".CSV", ".tsv", ".json", ".jsonl", ".parquet", ".xlsx", ".gz", ".csv.gz", ".xlsx.gz"),
    ".mapping.toml",
)


@tries(few=25, many=1500)
@given(
    content=st.binary(max_size=200) | damaged_files().map(lambda file: file.content),
    folder=NAMES,
    stem=NAMES | st.sampled_from(("employers", "feedback_2026-02-01", "costs_20261399", "delivery")),
    ending=st.sampled_from(ENDINGS),
)
def test_any_bytes_under_any_name_are_loaded_or_refused(
    landing: Landing, content: bytes, folder: str, stem: str, ending: str
) -> None:
    name = f"a{folder}/{stem}{ending}"
    where = landing.given(name, content)
    report = ingest(landing.connection, where, Batch("first", datetime(2026, 6, 1)))
    landing.tried["any bytes under any name"] += 1
    assert len(report.outcomes) <= 1
    assert finish(report) == any(each.status == "refused" for each in report.outcomes)
    for each in report.outcomes:
        landing.hold_books(each)
    landing.survived["any bytes under any name"] += 1


@tries(few=2, many=30)
@given(files=st.lists(damaged_files() | whole_files(), min_size=1, max_size=5))
def test_the_command_ends_with_1_exactly_where_a_file_is_refused(
    tmp_path_factory: pytest.TempPathFactory, files: list[File]
) -> None:
    data = tmp_path_factory.mktemp("data")
    (data / "landing").mkdir()
    for number, file in enumerate(files):
        (data / "landing" / f"employers_2026-02-{number + 1:02}.{file.format}").write_bytes(file.content)
    environment = {"THROUGHLINE_DATA": str(data), "THROUGHLINE_KEY_FILE": str(data / "key")}
    ended = [CliRunner().invoke(app, ["ingest"], env=environment) for _ in range(2)]
    with duckdb.connect(str(data / "warehouse" / "analytics.duckdb"), read_only=True) as connection:
        ((refused,),) = connection.sql("select count(*) from ops.deliveries where status = 'refused'").fetchall()
    assert [(each.exit_code, type(each.exception)) for each in ended] == [
        (int(refused > 0), SystemExit if refused else type(None))
    ] * 2
    record("exit codes of the command", 2, 2)
