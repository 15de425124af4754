"""The commands and the audit log: what they record, `throughline audit`, and Ctrl-C."""

import json
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from dashboards.audit import Log, audit_key
from pipelines.cli import main
from tests.conftest import ROOT, Project

ENDLESS = "with recursive t(n) as (select 1 union all select n from t) select count(*) from t"


class Said(NamedTuple):
    code: int
    out: str
    err: str


Throughline = Callable[..., Said]


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Log:
    monkeypatch.setenv("THROUGHLINE_AUDIT", str(tmp_path / "audit"))
    return Log(tmp_path / "audit", audit_key())


@pytest.fixture
def throughline(
    tiny: Project, log: Log, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Throughline:
    """The whole command, in this process."""
    monkeypatch.setenv("THROUGHLINE_DATA", str(tiny.data))
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str) -> Said:
        monkeypatch.setattr("sys.argv", ["throughline", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return Said(int(ended.value.code or 0), told.out, told.err)

    return run


def test_a_question_to_metrics_is_recorded_with_its_rows_and_who_asked(throughline: Throughline, log: Log) -> None:
    assert throughline("metrics", "applications", "--by", "category", "--format", "csv").code == 0
    (entry,) = log.entries()
    assert entry["who"] == f"os:{pwd.getpwuid(os.getuid()).pw_name}"
    assert (entry["action"], entry["subject"], entry["is_export"]) == ("metrics", "applications", False)
    assert entry["rows"] > 3
    assert len(entry["parameters"]) == 32


def test_an_answer_that_goes_to_a_file_is_an_export(throughline: Throughline, log: Log, tmp_path: Path) -> None:
    assert throughline("metrics", "applications", "--output", str(tmp_path / "found.csv")).code == 0
    assert [entry["is_export"] for entry in log.entries()] == [True]


def test_a_question_without_an_answer_is_recorded_without_its_words(throughline: Throughline, log: Log) -> None:
    assert throughline("metrics", "applications", "--where", "categry = Jane").code == 1
    (entry,) = log.entries()
    assert str(entry["reason"]).startswith("failed: ")
    assert "Jane" not in str(entry)


@pytest.mark.parametrize("arguments", [("metrics", "applications"), ("metrics",), ("query", "select 41 + 1 as answer")])
def test_what_cannot_be_recorded_is_not_answered(
    throughline: Throughline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    assert throughline(*arguments).code == 0
    (tmp_path / "nowhere").write_text("no folder")
    monkeypatch.setenv("THROUGHLINE_AUDIT", str(tmp_path / "nowhere"))
    told = throughline(*arguments)
    assert (told.code, told.out) == (1, "")
    assert "recorded" in told.err


def test_an_answer_beyond_the_limit_is_cut_and_says_so(throughline: Throughline, log: Log) -> None:
    told = throughline("query", "select * from range(20000)", "--format", "csv")
    assert told.code == 0
    assert len(told.out.splitlines()) == 10_001
    assert "The first 10,000 rows of more" in told.err
    assert [(entry["rows"], entry["reason"]) for entry in log.entries()] == [(10_000, "cut")]


def test_an_unknown_format_is_refused_before_anything_is_run(throughline: Throughline, log: Log) -> None:
    assert throughline("query", "select 1", "--format", "xml").code == 1
    assert not list(log.entries())


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_stops_the_statement_and_leaves_no_process(tiny: Project, log: Log) -> None:
    command = [sys.executable, "-m", "pipelines", "query", ENDLESS]
    environment = {**tiny.environment, "THROUGHLINE_AUDIT": str(log.folder)}
    asked = subprocess.Popen(
        command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    worker = worker_of(asked.pid)
    time.sleep(1)
    os.killpg(asked.pid, signal.SIGINT)
    _, said = asked.communicate(timeout=60)
    assert asked.returncode == 1
    assert "Cancelled" in said
    assert "Traceback" not in said
    assert [entry["reason"] for entry in log.entries()] == ["cancelled: Cancelled"]
    assert not is_alive(worker)


def test_a_command_that_is_killed_takes_its_statement_with_it(tiny: Project, log: Log) -> None:
    environment = {**tiny.environment, "THROUGHLINE_AUDIT": str(log.folder)}
    asked = subprocess.Popen([sys.executable, "-m", "pipelines", "query", ENDLESS], cwd=ROOT, env=environment)
    worker = worker_of(asked.pid)
    time.sleep(1)
    assert is_alive(worker)
    asked.kill()
    asked.wait()
    for _ in range(100):
        if not is_alive(worker):
            break
        time.sleep(0.1)
    assert not is_alive(worker)


def worker_of(parent: int) -> int:
    """Wait for the process that runs a command's statement and return its number."""
    for _ in range(600):
        for children in Path(f"/proc/{parent}/task").glob("*/children"):
            if numbers := children.read_text().split():
                return int(numbers[0])
        time.sleep(0.1)
    raise AssertionError("the command started no process for its statement")


def is_alive(number: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{number}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_verify_says_how_many_entries_there_are_and_ends_with_1_where_one_is_broken(
    throughline: Throughline, log: Log
) -> None:
    for number in range(3):
        throughline("query", f"select {number}")
    whole = throughline("audit", "verify")
    assert whole.code == 0
    assert whole.out.startswith("3 entries, whole; the last is 3:")
    (path,) = log.files()
    path.write_bytes(path.read_bytes().replace(b'"rows":1', b'"rows":2', 1))
    broken = throughline("audit", "verify")
    assert (broken.code, broken.out) == (1, "")
    assert f"{path.name}, line 1: expected the seal of what it says; found" in broken.err


def test_a_log_put_back_to_an_earlier_state_is_found_by_what_was_noted(throughline: Throughline, log: Log) -> None:
    throughline("query", "select 1")
    earlier = {path: path.read_bytes() for path in log.folder.iterdir()}
    throughline("query", "select 2")
    noted = throughline("audit", "verify").out.split()[-1]
    assert throughline("audit", "verify", "--holds", noted).code == 0
    for path, told in earlier.items():
        path.write_bytes(told)
    assert throughline("audit", "verify").code == 0, "the log alone cannot know"
    found = throughline("audit", "verify", "--holds", noted)
    assert found.code == 1
    assert "entry 2, which was noted" in found.err
    assert throughline("audit", "verify", "--holds", "much").code == 2


def test_list_shows_entries_by_day_and_person_and_is_recorded_itself(throughline: Throughline, log: Log) -> None:
    throughline("query", "select 1")
    listed = json.loads(throughline("audit", "list", "--format", "json").out)
    assert [entry["action"] for entry in listed] == ["query"]
    assert listed[0]["text"] == "select ?"
    assert "no entries" in throughline("audit", "list", "--who", "eve").out
    assert "no entries" in throughline("audit", "list", "--since", "2999-01-01").out
    assert [entry["action"] for entry in log.entries()] == ["query", "audit", "audit", "audit"]
