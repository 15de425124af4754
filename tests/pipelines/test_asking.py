"""The command `throughline metrics` as an analyst meets it, on the tiny sample's published file."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest

from pipelines.cli import main
from tests.conftest import ROOT, Project


class Said(NamedTuple):
    code: int
    out: str
    err: str


Metrics = Callable[..., Said]


@pytest.fixture
def metrics(tiny: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Metrics:
    """The whole command, in this process."""
    monkeypatch.setenv("THROUGHLINE_DATA", str(tiny.data))
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str) -> Said:
        monkeypatch.setattr("sys.argv", ["throughline", "metrics", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return Said(int(ended.value.code or 0), told.out, told.err)

    return run


def test_the_list_names_every_metric_and_where_to_read_on(metrics: Metrics) -> None:
    listed = metrics()
    whole = json.loads(metrics("--format", "json").out)
    assert listed.code == 0
    assert len(listed.out.splitlines()) == len(whole) + 2
    assert {"name", "description", "numerator", "denominator", "clock", "owner"} <= set(whole[0])
    assert "--describe" in listed.err


def test_a_description_says_what_a_metric_means_and_what_it_can_be_split_by(metrics: Metrics) -> None:
    told = metrics("fill_rate_30_days", "--describe")
    assert told.code == 0
    for word in ("projects posted at least 30 days before as_of", "posted_at", "employer__industry", "quarter"):
        assert word in told.out
    assert "metric_time" not in told.out


def test_a_table_lines_up_and_shows_shares_as_per_cent(metrics: Metrics) -> None:
    told = metrics("selection_rate", "applications", "--by", "industry")
    head, rule, *rows = told.out.splitlines()
    assert head.split() == ["industry", "selection_rate", "applications"]
    assert set(rule) == {"-", " "}
    assert {len(line) for line in rows} == {len(head)}
    assert all(" % " in row for row in rows)


def test_formats_hold_the_same_exact_values(metrics: Metrics, tmp_path: Path) -> None:
    question = ("selection_rate", "applications", "--by", "category", "--grain", "year")
    frames = {}
    for format in ("csv", "json", "parquet"):
        path = tmp_path / f"found.{format}"
        told = metrics(*question, "--output", str(path))
        assert told.out == ""
        assert f"{path}, rows: " in told.err
        frames[format] = getattr(pl, f"read_{format}")(path).with_columns(pl.col("metric_time__year").cast(pl.String))
    assert frames["csv"].equals(frames["parquet"])
    assert frames["json"].equals(frames["parquet"])
    assert frames["csv"].height > 10


def test_a_file_s_ending_names_its_format_unless_one_is_named(metrics: Metrics, tmp_path: Path) -> None:
    path = tmp_path / "found.csv"
    assert metrics("applications", "--output", str(path), "--format", "json").code == 0
    assert json.loads(path.read_text())[0]["applications"] > 0


@pytest.mark.parametrize("name", ["found.txt", "found.xlsx"])
def test_a_table_is_written_to_a_text_file_or_where_it_is_asked_for(
    metrics: Metrics, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    named = () if name.endswith(".txt") else ("--format", "table")
    assert metrics("applications", "--output", str(path), *named).code == 0
    assert path.read_text().split()[:2] == ["applications", "------------"]


@pytest.mark.parametrize("ending", ["csv", "txt", "parquet"])
def test_a_file_that_cannot_be_written_whole_stays_as_it_was(
    metrics: Metrics, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    path = tmp_path / f"found.{ending}"
    path.write_text("what was there")
    real = Path.write_text

    def fails_half_way(self: Path, text: str, **how: str) -> int:
        real(self, text[:5], **how)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", fails_half_way)
    monkeypatch.setattr(pl.DataFrame, "write_parquet", lambda _, path: fails_half_way(Path(path), "PAR1 and more"))
    told = metrics("applications", "--output", str(path))
    assert (told.code, "No space left on device" in told.err) == (1, True)
    assert path.read_text() == "what was there"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_is_replaced_whole_behind_its_link_and_keeps_who_may_read_it(metrics: Metrics, tmp_path: Path) -> None:
    path, link = tmp_path / "found.csv", tmp_path / "link.csv"
    path.write_text("what was there, and much longer than the answer " * 9)
    path.chmod(0o600)
    link.symlink_to(path)
    with path.open() as reader:
        assert metrics("applications", "--output", str(link)).code == 0
        assert reader.read().startswith("what was there")
    assert pl.read_csv(path).columns == ["applications"]
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_pipe_is_written_to_and_not_replaced(metrics: Metrics, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    assert metrics("applications", "--format", "csv", "--output", str(pipe)).code == 0
    assert os.read(reader, 100).startswith(b"applications")
    os.close(reader)
    assert pipe.is_fifo()


def test_a_file_of_text_is_utf_8_wherever_it_is_written(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib, polars as pl\n"
        "from pipelines.asking.delivery import deliver\n"
        "for format in ('csv', 'json', 'table'):\n"
        "    deliver(pl.DataFrame({'a': ['M\\u00fcnchen']}), format, pathlib.Path(sys.argv[1], format), {})\n"
    )
    latin = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, env=latin, cwd=ROOT)
    for format in ("csv", "json", "table"):
        assert "M\u00fcnchen" in (tmp_path / format).read_text(encoding="utf-8")


def test_filters_hold_together(metrics: Metrics) -> None:
    both = ("--where", "category in sales, research", "--where", "industry != Manufacturing")
    found = json.loads(metrics("applications", *both, "--by", "category", "--format", "json").out)
    assert [row["category"] for row in found] == ["research", "sales"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("aplications",), "Metric 'aplications' is unknown; nearest: applications"),
        (("applications", "hirse"), "Metric 'hirse' is unknown; nearest: hires"),
        (("aplications", "--describe"), "nearest: applications"),
        (("applications", "--by", "indutry"), "nearest: employer__industry"),
        (("applications", "--by", "state"), "name one in full"),
        (("applications", "projects_posted", "--by", "school_type"), "unknown to projects_posted"),
        (("applications", "--where", "categry = sales"), "nearest: application__category"),
        (("applications", "--where", "category ~ sales"), "'dimension = value'"),
        (("applications", "--grain", "mnth"), "nearest: month"),
        (("active_employers", "--grain", "day"), "known: month, quarter, year"),
        (("applications", "--since", "2026-02-01", "--until", "2026-01-01"), "--since before --until"),
        (("applications", "--format", "xml"), "table, csv, json or parquet"),
        (("applications", "--format", "jsn"), "nearest: json"),
        (("applications", "--format", "csv_with_header"), "nearest: csv"),
        (("applications", "--grain", "xyz"), "known: day, month, quarter, week, year"),
        (("applications", "--output", "no/such/folder.csv"), "No such file or directory"),
        (("applications", "--output", "found.xlsx"), "ending of .txt, .csv, .json, .parquet, or also --format"),
        (("applications", "--output", "found"), "or also --format; found 'found'"),
        (("applications", "--where", "metric_time = 2026-01-01"), "--since and --until"),
        (("applications", "--where", "category in ()"), "'dimension in value, value'"),
        (("applications", "--where", "category in sales,\nhr"), "a line break"),
        (("active_employers", "--since", "2025-01-15"), "a month begins, such as 2025-01-01"),
    ],
)
def test_what_cannot_be_answered_ends_with_1_and_says_what_can(
    metrics: Metrics, arguments: tuple[str, ...], expected: str
) -> None:
    told = metrics(*arguments)
    assert (told.code, told.out) == (1, "")
    assert expected in told.err
    assert "Traceback" not in told.err


@pytest.mark.parametrize(
    "arguments",
    [("--by", "industry"), ("--describe",), ("applications", "--since", "May"), ("applications", "--nosuch")],
)
def test_wrong_use_ends_with_2(metrics: Metrics, arguments: tuple[str, ...]) -> None:
    assert metrics(*arguments).code == 2


def test_a_value_that_no_row_has_is_said_beside_the_answer(metrics: Metrics) -> None:
    told = metrics("applications", "--where", "category = marketng", "--format", "csv")
    assert told.code == 0
    assert told.out.split() == ["applications", "0"]
    assert "nearest: marketing" in told.err


def test_the_help_shows_how_to_ask(metrics: Metrics) -> None:
    told = metrics("--help")
    assert told.code == 0
    for word in ("--by", "--where", "--since", "--until", "--grain", "--format", "--output", "throughline metrics"):
        assert word in told.out


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("copy marts.fct_hires to '/tmp/hires.csv'", "COPY is refused"),
        ("select 1; select 2", "One statement at a time"),
        ("select oops from marts.fct_hires", "Binder error in line 1"),
    ],
)
def test_the_command_query_refuses_and_explains_as_the_page_does(
    tiny: Project,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    statement: str,
    said: str,
) -> None:
    monkeypatch.setenv("THROUGHLINE_DATA", str(tiny.data))
    monkeypatch.setattr("sys.argv", ["throughline", "query", statement])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert said in capsys.readouterr().err
