"""The journal's file: there line by line whatever happens to the command, and read back whatever happened to it."""

import json
import logging
import os
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import typer

from pipelines import journal_file
from pipelines.erasing.journals import ERASED, cleaned_journal
from pipelines.erasing.texts import Reader, text_digest
from pipelines.errors import PublishRefused
from pipelines.journal import reached
from pipelines.journal_file import append, asked, file_of, journaled
from pipelines.runs import last_runs, lines_of, run_lines
from tests.conftest import ROOT, Project

NOVEMBER = datetime(2026, 11, 22)


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for path in sorted(folder.iterdir()) for line in path.read_text().splitlines()]


def test_a_run_is_there_step_by_step_with_seconds_memory_and_its_end(tmp_path: Path) -> None:
    with journaled(tmp_path / "journal", "r1") as command:
        reached("ingest.committed", file="a.csv", bytes=3, rows_read=5, rows_loaded=4)
        reached("publish.written", bytes=7)
        command.code = 1
    first, committed, written, last = lines(tmp_path / "journal")
    assert (first["step"], last["step"]) == ("command.begun", "command.ended")
    assert {"throughline", "duckdb", "python", "pid", "host", "options"} <= set(first)
    assert (committed["file"], committed["rows_read"], committed["bytes"], written["bytes"]) == ("a.csv", 5, 3, 7)
    assert (last["exit_code"], last["error"]) == (1, None)
    for line in (first, committed, written, last):
        assert line["run"] == "r1"
        assert line["at"].endswith("Z")
        assert 0 <= line["seconds"] <= line["seconds_in_all"]
        assert line["peak_memory_bytes"] > 1 << 20
    assert (tmp_path / "journal").stat().st_mode & 0o777 == 0o700
    assert next((tmp_path / "journal").iterdir()).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("error", "code", "name"),
    [
        (PublishRefused("no"), 3, "PublishRefused"),
        (typer.Exit(1), 1, None),
        (KeyError("x"), 1, "KeyError"),
        (KeyboardInterrupt(), 130, "KeyboardInterrupt"),
    ],
)
def test_the_last_line_says_how_it_ended_and_nothing_of_the_message(
    tmp_path: Path, error: BaseException, code: int, name: str | None
) -> None:
    with pytest.raises(type(error)), journaled(tmp_path, "r1"):
        raise error
    last = lines(tmp_path)[-1]
    assert (last["exit_code"], last["error"]) == (code, name)
    assert set(last) - set(lines(tmp_path)[0]) == {"exit_code", "error"}


def test_after_the_command_nothing_is_kept_any_more(tmp_path: Path) -> None:
    with journaled(tmp_path, "r1"):
        pass
    reached("ingest.begun")
    assert len(lines(tmp_path)) == 2


def test_values_of_arguments_are_left_out() -> None:
    assert asked(["forget", "ada@example.org", "--yes"]) == ("forget", ["--yes"])
    assert asked(["quarantine", "replay", "S1.csv", "--mapping=/srv/ada/x.toml"]) == (
        "quarantine replay",
        ["--mapping"],
    )
    assert asked(["run", "--as-of", "2026-01-01"]) == ("run", ["--as-of"])
    assert asked(["/tmp/ada"]) == ("python", [])


@pytest.mark.parametrize("is_full", [True, False], ids=["full disk", "no folder"])
def test_a_journal_that_cannot_be_written_ends_no_command_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, is_full: bool
) -> None:
    folder = tmp_path / "journal"
    if is_full:
        folder.mkdir()
        (folder / "full").symlink_to("/dev/full")
        monkeypatch.setattr(journal_file, "file_of", lambda folder, moment: folder / "full")
    else:
        folder.write_text("")
    with caplog.at_level(logging.WARNING), journaled(folder, "r1") as command:
        reached("ingest.begun")
        command.code = 0
    assert "lacks 3 lines" in caplog.text
    assert ("No space left" in caplog.text) == is_full


def test_a_line_that_was_broken_off_spoils_no_other(tmp_path: Path) -> None:
    with journaled(tmp_path, "r1"):
        pass
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes() + b'{"run": "r2", "ste')
    with journaled(tmp_path, "r3"):
        pass
    with path.open("ab") as stream:
        stream.write(b'\xff\xfe\x00\n[1]\n{"run": 1}\n')
    assert [run.run for run in last_runs(tmp_path)] == ["r3", "r1"]
    assert all("exit 0" in line for line in run_lines(tmp_path))
    assert list(run_lines(tmp_path / "none")) == []


def test_a_killed_run_is_told_of_with_the_step_it_had_reached(tmp_path: Path) -> None:
    script = (
        "import os, signal, sys, pathlib\n"
        "from pipelines.journal import reached\n"
        "from pipelines.journal_file import journaled\n"
        "sys.argv = ['throughline', 'run']\n"
        "with journaled(pathlib.Path(sys.stdin.readline().strip()), 'r1'):\n"
        "    reached('publish.written', bytes=1)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], input=f"{tmp_path}\n", text=True, cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    (told,) = run_lines(tmp_path)
    assert "run: killed after publish.written" in told


def test_a_run_under_way_is_not_taken_for_a_killed_one(tmp_path: Path) -> None:
    with journaled(tmp_path, "r1"):
        reached("build.prepared")
        (told,) = run_lines(tmp_path)
    assert f"under way (pid {os.getpid()}) after build.prepared" in told


def test_twelve_files_are_kept_and_a_great_one_is_followed_by_another(tmp_path: Path) -> None:
    for month in range(1, 13):
        append(file_of(tmp_path, datetime(2025, month, 1)), "{}")
    assert len(list(tmp_path.iterdir())) == 12
    november = file_of(tmp_path, NOVEMBER)
    assert november.name == "journal-2026-11-001.jsonl"
    assert min(path.name for path in tmp_path.iterdir()) == "journal-2025-02-001.jsonl"
    with november.open("wb") as stream:
        stream.truncate(journal_file.LARGEST + 1)
    assert file_of(tmp_path, NOVEMBER).name == "journal-2026-11-002.jsonl"


def test_the_command_line_keeps_its_journal_and_status_shows_it(tiny: Project, tmp_path: Path) -> None:
    project = tiny.copy_to(tmp_path)
    (project.data / "landing" / "employers_2026-07-02.csv").write_text("employer_id,name,joined_at\nE-x,Acme,never\n")
    (project.data / "landing" / "employers_2026-07-03.pdf").write_text("no data\n")
    done = project.throughline("ingest")
    assert done.returncode == 1, done.stderr
    told = [each for each in lines(project.data / "journal") if each["command"] == "ingest"]
    (loaded, refused) = [each for each in told if each["step"] == "ingest.committed"]
    assert (loaded["file"], loaded["rows_read"], loaded["rows_quarantined"]) == ("employers_2026-07-02.csv", 1, 1)
    assert loaded["bytes"] == (project.data / "landing" / "employers_2026-07-02.csv").stat().st_size
    assert (refused["status"], told[-1]["exit_code"]) == ("refused", 1)
    assert "Acme" not in (project.data / "journal").joinpath(os.listdir(project.data / "journal")[0]).read_text()
    (first, *_) = [line for line in project.throughline("status").stdout.splitlines() if line.startswith("run ")]
    assert "ingest: exit 1 in" in first
    assert "1 rows read" in first


def test_an_erased_person_is_in_no_line_nor_in_the_name_of_a_file(tmp_path: Path) -> None:
    key = b"k" * 32
    reader = Reader((key,), frozenset({text_digest(key, "s-123"), text_digest(key, "ada@example.org")}))
    with journaled(tmp_path, "r1"):
        for name in ("a/students_S-123.csv", "ada@example.org.csv", "students_S-1234.csv", "s/123.csv"):
            reached("ingest.committed", file=name, rows_read=1)
    (path,) = tmp_path.iterdir()
    append(path, '{"run": "r2", "step": "ingest.staged", "file": "S-123.cs')
    assert cleaned_journal(tmp_path, reader) == (path.name,)
    named = [line.get("file") for line in lines_of(path)][1:-1]
    assert named == [ERASED, ERASED, "students_S-1234.csv", "s/123.csv"]
    assert "S-123.cs" not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    assert last_runs(tmp_path)[0].total("rows_read") == 4
    assert cleaned_journal(tmp_path, reader) == ()
