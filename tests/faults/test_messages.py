"""What the machine refuses ends a command with exit code 1, a sentence and a next step; never with a traceback."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import LOCKED
from pipelines.faults import OTHERWISE, advice, explained
from tests.conftest import Project

HOLD = "import sys, duckdb; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.readline()"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return a project with one small file that landed."""
    project = Project(tmp_path)
    landing = project.data / "landing"
    landing.mkdir(parents=True)
    (landing / "employer_domains_2026-01-01.csv").write_text("employer_id,domain\nE1,a.example\n")
    return project


@contextmanager
def held_open(path: Path) -> Iterator[int]:
    """Hold a database open for writing in another process while the block runs; yield its id."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield holder.pid
        holder.communicate("")


def refused(project: Project, *command: str) -> str:
    """Run a command that must end with exit code 1 and without a traceback; return what it said."""
    done = project.throughline(*command)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.mark.parametrize("command", ["run", "build", "publish"])
def test_a_warehouse_that_another_process_has_open_is_named_with_that_process(project: Project, command: str) -> None:
    assert project.throughline("ingest").returncode == 0
    path = project.data / "warehouse" / "analytics.duckdb"
    with held_open(path) as holder:
        said = refused(project, command)
    assert str(path) in said
    assert f"PID {holder}" in said
    assert "End it, or wait for it" in said


def test_a_file_that_is_no_warehouse_is_named_and_what_to_do(project: Project) -> None:
    path = project.data / "warehouse" / "analytics.duckdb"
    path.parent.mkdir()
    path.write_text("no database " * 1000)
    said = refused(project, "run")
    assert str(path) in said
    assert "from a backup" in said


@pytest.mark.parametrize("command", [("run",), ("rollback",)])
def test_a_warehouse_folder_that_is_a_file_is_named(project: Project, command: tuple[str, ...]) -> None:
    (project.data / "warehouse").write_text("")
    assert str(project.data / "warehouse") in refused(project, *command)


@pytest.mark.parametrize(
    ("said", "step"),
    [
        (f"IO Error: {LOCKED} x", "Another process"),
        ("[Errno 28] No space left on device: 'x'", "Free space"),
        ("IO Error: Could not write file x: File too large", "Free space"),
        ("[Errno 30] Read-only file system: 'x'", "right to write"),
        ("[Errno 13] Permission denied: 'x'", "right to write"),
        ("Out of Memory Error: failed to allocate", "THROUGHLINE_MEMORY_LIMIT"),
        ("[Errno 24] Too many open files", "open files"),
        ("something else", OTHERWISE),
    ],
)
def test_each_refusal_of_the_machine_has_a_next_step(said: str, step: str) -> None:
    assert step in advice(said)


def test_great_expectations_that_fails_itself_is_said_and_nothing_is_left_open(tmp_path: Path) -> None:
    from pipelines.validate import NotExamined, examiner

    connection = duckdb.connect()
    connection.execute('create schema memory."current"')
    with (
        pytest.raises(NotExamined, match=r"failed: RuntimeError: no such batch\. Nothing was published\.") as failed,
        examiner(connection, tmp_path / "border_in"),
    ):
        raise RuntimeError("no such batch")
    assert failed.value.next_command == "throughline run"
    with pytest.raises(duckdb.ConnectionException):
        connection.execute("select 1")


def test_a_mistake_of_the_program_is_not_explained_away() -> None:
    assert explained(TypeError("x")) is None
