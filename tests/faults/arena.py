"""Where commands are killed: a project, a warm process that forks the victims, and what must hold after each kill."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from pipelines import generations
from pipelines.content import Content, content, contents
from tests.conftest import ROOT, Project
from tests.faults.figures import record

PATIENCE = 600
"""Seconds after which a command hangs, on however busy a machine."""
LEDGER = "analytics.ops.deliveries"
NOT_HELD = {"mtime_ns"}
"""Columns of the ledger that tell of the file system, not of the data."""


@dataclass(frozen=True)
class Ended:
    """How a command ended: the signal or its exit code, what it said, and the steps that it reached."""

    signal: int | None
    code: int | None
    said: str
    steps: tuple[str, ...]


@dataclass
class Arena:
    """A project, the process that runs commands on it, and the kills by step: all, and those known to be survived."""

    project: Project
    warm: "subprocess.Popen[str]"
    folder: Path
    kills: Counter[str] = field(default_factory=Counter)
    survived: Counter[str] = field(default_factory=Counter)

    def ask(
        self,
        *command: str,
        step: str | None = None,
        passage: int = 1,
        after: float | None = None,
        without_audit: bool = False,
        limit: int | None = None,
    ) -> Ended:
        """Run a command, to its end or until it is killed at a step, or some seconds after it; count the kill."""
        trace, out = self.folder / "trace", self.folder / "out"
        trace.unlink(missing_ok=True)
        environment = {name: self.project.environment[name] for name in ("THROUGHLINE_DATA", "THROUGHLINE_KEY_FILE")}
        request: dict[str, Any] = {
            "command": command,
            "environment": {**environment, "TMPDIR": str(self.temporary)},
            "out": str(out),
            "trace": str(trace),
            "step": step,
            "passage": passage,
            "after": after,
            "without_audit": without_audit,
            "limit": limit,
        }
        assert self.warm.stdin is not None
        assert self.warm.stdout is not None
        self.warm.stdin.write(json.dumps(request) + "\n")
        self.warm.stdin.flush()
        answer = json.loads(self.warm.stdout.readline())
        steps = tuple(trace.read_text().split()) if trace.exists() else ()
        ended = Ended(answer["signal"], answer["code"], out.read_text() if out.exists() else "", steps)
        if ended.signal == signal.SIGKILL:
            self.kills[f"kill {'at' if step and after is None else 'after'} {steps[-1]}"] += 1
        return ended

    def finishes(self, *command: str, code: int = 0, without_audit: bool = False, limit: int | None = None) -> Ended:
        """Run a command that must end by itself with this code; no file may grow beyond ``limit`` bytes."""
        ended = self.ask(*command, without_audit=without_audit, limit=limit)
        assert (ended.signal, ended.code) == (None, code), ended.said
        return ended

    @property
    def temporary(self) -> Path:
        """The folder for temporary files of the commands."""
        return self.folder / "temporary"

    def tell(self) -> None:
        """Record the kills by step; those since everything was last found in order are not known to be survived."""
        for name, times in self.kills.items():
            record(name, times, self.survived[name])


@contextmanager
def arena_of(project: Project, folder: Path) -> Iterator[Arena]:
    """Lend an arena for the project, and end its warm process."""
    (folder / "temporary").mkdir(parents=True)
    warm = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.victim"],
        cwd=ROOT,
        env={
            **{name: value for name, value in os.environ.items() if name != "THROUGHLINE_DATA"},
            "TMPDIR": str(folder / "temporary"),
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    arena = Arena(project, warm, folder)
    try:
        yield arena
    finally:
        arena.tell()
        assert warm.stdin is not None
        warm.stdin.close()
        warm.wait(PATIENCE)
        assert warm.stdout is not None
        warm.stdout.close()


def held(project: Project) -> dict[str, Content]:
    """Return what the warehouse holds but for marts: the rows, the quarantine, the ledger, the snapshots."""
    path = project.data / "warehouse" / "analytics.duckdb"
    with duckdb.connect() as connection:
        connection.execute(f"attach '{path}' as analytics (read_only)")
        found = contents(connection, ("raw", "quarantine", "pseudonyms"))
        for table in ("snapshots", "snapshot_rows", "as_of"):
            found[table] = content(connection, f"analytics.ops.{table}", columns_of(connection, "ops", table))
        told = columns_of(connection, "ops", "deliveries") - NOT_HELD
        return found | {"deliveries": content(connection, LEDGER, told)}


def columns_of(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> set[str]:
    """Return the names of a table's columns."""
    rows = connection.execute(
        "select column_name from duckdb_columns() where schema_name = ? and table_name = ?", [schema, table]
    ).fetchall()
    return {name for (name,) in rows}


def shown(path: Path) -> tuple[str, dict[str, Content]]:
    """Return which generation a published file says that it is, and what its marts and its ledger hold."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{path}' as analytics (read_only)")
        ((generation,),) = connection.sql("select generation from analytics.meta.build_facts").fetchall()
        found = contents(connection, ("marts",))
        ledger = columns_of(connection, "meta", "deliveries")
        return str(generation), found | {"deliveries": content(connection, "analytics.meta.deliveries", ledger)}


def current(project: Project) -> dict[str, Content]:
    """Return what the current generation holds; it must open and be what the pointer says."""
    published = project.data / "published"
    now = generations.current(published)
    assert now is not None
    name, found = shown(published / now.path)
    assert name == now.generation
    assert shown(project.published)[0] in generations.names(published)
    return found


def assert_nothing_is_left(arena: Arena) -> None:
    """Hold that no process, temporary file, draft or lock is left of all that was run and killed: it is survived."""
    data = arena.project.data
    assert processes_of(arena.project) == []
    assert [*arena.temporary.rglob("*")] == []
    assert [*(data / "landing").rglob(".*")] == []
    for path in (data / "warehouse").rglob("*"):
        assert "spill" not in path.parent.parts, path
        assert not path.name.endswith((".wal", ".tmp")), path
        assert not path.name.startswith((".", "fresh", "tmp")), path
    assert not is_locked(data / "warehouse" / "writer.lock")
    published = data / "published"
    if published.exists():
        now = generations.current(published)
        assert now is not None
        assert {each.name for each in published.iterdir()} == {"analytics.duckdb", "current.json", "generations"}
        assert sorted(each.name for each in (published / "generations").iterdir()) == sorted(
            generations.names(published)
        )
        assert len(generations.names(published)) <= generations.KEPT
        for folder in (published / "generations").iterdir():
            assert {each.name for each in folder.iterdir()} <= {
                "analytics.duckdb",
                "restricted.duckdb",
                "generation.json",
            }
        assert shown(arena.project.published)[0] == now.generation
    arena.survived = arena.kills.copy()


@contextmanager
def ending_dbt(project: Project, seconds: float, *, with_its_run: bool) -> Iterator[None]:
    """Kill dbt, or the run that started it, some seconds after dbt began, while the block runs."""

    def end() -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for process, command in running_for(project):
                if "dbt.cli" in command:
                    time.sleep(seconds)
                    parent = int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
                    os.kill(parent if with_its_run else process, signal.SIGKILL)
                    return
            time.sleep(0.05)

    killer = threading.Thread(target=end)
    killer.start()
    yield
    killer.join(PATIENCE)


def is_locked(path: Path) -> bool:
    """Say whether somebody holds the lock."""
    with path.open("a+") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def processes_of(project: Project) -> list[str]:
    """Return the command lines of processes that were started for the project, waiting a little for them to end."""
    deadline = time.monotonic() + 60
    while (found := [*running_for(project)]) and time.monotonic() < deadline:
        time.sleep(0.1)
    return [command for _, command in found]


def running_for(project: Project) -> Iterator[tuple[int, str]]:
    """Yield number and command line of the processes, other than this, that were started for the project."""
    mark = f"THROUGHLINE_DATA={project.data}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if folder.name != str(os.getpid()) and mark in (folder / "environ").read_bytes().split(b"\0"):
                yield int(folder.name), (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
