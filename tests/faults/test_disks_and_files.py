"""Full disks, read-only folders, files that change while they are read, two runs at once: what each of them ends in."""

import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from pipelines import journal
from tests.conftest import ROOT, Project
from tests.faults.arena import Arena, Ended, arena_of, assert_nothing_is_left, current, held
from tests.faults.figures import record
from tests.faults.test_kills_alone import few_marts, land


@pytest.fixture(scope="module")
def ingesting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    """Lend an arena whose project has files that landed and were ingested once: what is wanted stands in ``wanted``."""
    folder = tmp_path_factory.mktemp("ingesting")
    project = Project(folder / "project")
    land(project.data / "landing")
    with arena_of(project, folder / "arena") as arena:
        yield arena


@pytest.fixture(scope="module")
def publishing(tiny: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    """Lend an arena with one published generation of few marts."""
    folder = tmp_path_factory.mktemp("publishing")
    with arena_of(few_marts(tiny, folder / "project"), folder / "arena") as arena:
        arena.finishes("publish", without_audit=True)
        yield arena


@contextmanager
def fault(name: str) -> Iterator[None]:
    """Record that a fault was tried and, where the block ends well, survived."""
    try:
        yield
    except BaseException:
        record(f"fault: {name}", 1, 0)
        raise
    record(f"fault: {name}", 1, 1)


def refused(ended: Ended, *said: str) -> None:
    """Hold that a command ended with exit code 1 and says these words, and is no traceback."""
    assert ended.code == 1
    assert "Traceback" not in ended.said
    for word in said:
        assert word in ended.said


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Let nobody write to the folder while the block runs: by a mount for root, whom no permission binds."""
    if os.geteuid():
        folder.chmod(0o555)
        yield
        folder.chmod(0o755)
        return
    mount("--bind", folder, folder)
    try:
        mount("-o", "remount,ro,bind", folder)
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def mount(*arguments: object) -> None:
    """Mount something; skip the test where this machine lets nobody."""
    done = subprocess.run(["mount", *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"needs a machine that lets root mount folders (a privileged container): {done.stderr.strip()}")


def test_a_read_only_landing_folder_is_no_fault(ingesting: Arena) -> None:
    shutil.rmtree(ingesting.project.data / "warehouse", ignore_errors=True)
    with fault("read-only landing folder"), read_only(ingesting.project.data / "landing"):
        ingesting.finishes("ingest")


def test_a_read_only_warehouse_is_named_and_what_to_do(ingesting: Arena) -> None:
    shutil.rmtree(ingesting.project.data / "warehouse", ignore_errors=True)
    ingesting.finishes("ingest")
    wanted = held(ingesting.project)
    warehouse = ingesting.project.data / "warehouse"
    with fault("read-only warehouse"):
        with read_only(warehouse):
            refused(ingesting.ask("ingest"), str(warehouse), "right to write")
        ingesting.finishes("ingest")
        assert held(ingesting.project) == wanted
        assert_nothing_is_left(ingesting)


@pytest.mark.parametrize("command", ["publish", "rollback"])
def test_a_read_only_published_folder_is_named_and_the_old_generation_stays(publishing: Arena, command: str) -> None:
    publishing.finishes("publish", without_audit=True)
    before, published = current(publishing.project), publishing.project.data / "published"
    with fault(f"read-only published folder: {command}"):
        with read_only(published):
            refused(publishing.ask(command, without_audit=True), str(published), "right to write")
            assert current(publishing.project) == before
        publishing.finishes(command, without_audit=True)
        assert_nothing_is_left(publishing)


@pytest.mark.parametrize("kilobytes", [16, 100, 250, 600])
def test_an_ingest_that_may_write_no_more_loads_whole_files_or_none_and_the_next_one_the_rest(
    ingesting: Arena, kilobytes: int
) -> None:
    warehouse = ingesting.project.data / "warehouse"
    shutil.rmtree(warehouse, ignore_errors=True)
    ingesting.finishes("ingest")
    wanted = held(ingesting.project)
    shutil.rmtree(warehouse)
    with fault(f"ingest, no file beyond {kilobytes} KB"):
        ended = ingesting.ask("ingest", limit=kilobytes * 1024)
        if kilobytes == 16 or ended.code:
            refused(ended, "Free")
        ingesting.finishes("ingest")
        assert held(ingesting.project) == wanted
        assert_nothing_is_left(ingesting)


@pytest.mark.parametrize("kilobytes", [1, 200, 900])
def test_a_publish_that_may_write_no_more_leaves_the_old_generation_and_no_draft(
    publishing: Arena, kilobytes: int
) -> None:
    before = current(publishing.project)
    with fault(f"publish, no file beyond {kilobytes} KB"):
        refused(publishing.ask("publish", limit=kilobytes * 1024, without_audit=True), "Free")
        assert current(publishing.project) == before
        publishing.finishes("publish", without_audit=True)
        assert_nothing_is_left(publishing)


@pytest.mark.parametrize("left", [0, 200, 700, 1500])
def test_a_full_disk_ends_a_publish_with_the_old_generation_and_the_next_one_succeeds(
    publishing: Arena, left: int
) -> None:
    published, ballast = publishing.project.data / "published", publishing.project.data / "published" / "ballast"
    publishing.finishes("publish", without_audit=True)
    kept = shutil.copytree(published, publishing.folder / f"kept-{left}")
    with fault(f"publish on a full disk, {left} KB left"):
        mount("-t", "tmpfs", "-o", "size=64m", "tmpfs", published)
        try:
            shutil.copytree(kept, published, dirs_exist_ok=True)
            before = current(publishing.project)
            with ballast.open("wb") as stream:
                stream.write(b"\0" * (shutil.disk_usage(published).free - left * 1024))
            refused(publishing.ask("publish", without_audit=True), "Free space")
            assert current(publishing.project) == before
            ballast.unlink()
            publishing.finishes("publish", without_audit=True)
            assert_nothing_is_left(publishing)
        finally:
            subprocess.run(["umount", published], check=True)


class Meddler(logging.Handler):
    """Does something once, when a file is staged and not yet loaded."""

    def __init__(self, act: Callable[[], None]):
        super().__init__()
        self.act: Callable[[], None] | None = act

    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage() == "ingest.staged" and self.act is not None:
            act, self.act = self.act, None
            act()


FILE = "employer_domains_2026-01-01.csv"
OLD, NEW = "employer_id,domain\nE1,a.example\n", "employer_id,domain\nE2,b.example\n"


def test_a_file_that_is_away_while_it_is_read_is_read_once_it_is_back_as_it_was(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Callable[..., object]
) -> None:
    path, away = landing / FILE, landing.parent / FILE
    path.write_text(OLD)
    meddler = Meddler(lambda: [path.rename(away), path.symlink_to("nowhere.csv")])
    journal.log.addHandler(meddler)
    try:
        with fault("landing file away while it is read"):
            ingest_all()
            away.replace(path)
            ingest_all()
            assert warehouse.sql("select employer_id from raw.employer_domains").fetchall() == [("E1",)]
    finally:
        journal.log.removeHandler(meddler)


def grown(path: Path) -> None:
    with path.open("a") as stream:
        stream.write("E3,c.example\n")


def replaced(path: Path) -> None:
    path.with_suffix(".part").write_text(NEW)
    path.with_suffix(".part").replace(path)


@pytest.mark.parametrize(
    ("meddle", "rows"),
    [(grown, {"E1", "E3"}), (replaced, {"E2"}), (Path.unlink, set())],
    ids=["grows", "is replaced", "vanishes"],
)
def test_a_file_that_changes_while_it_is_read_is_refused_and_read_anew_by_the_next_run(
    landing: Path,
    warehouse: duckdb.DuckDBPyConnection,
    ingest_all: Callable[..., object],
    meddle: Callable[[Path], None],
    rows: set[str],
) -> None:
    path = landing / FILE
    path.write_text(OLD)
    meddler = Meddler(lambda: meddle(path))
    journal.log.addHandler(meddler)
    try:
        with fault(f"landing file {getattr(meddle, '__name__', '')} while it is read"):
            ingest_all()
            assert meddler.act is None
            reasons = warehouse.sql("select status, reason from ops.deliveries").fetchall()
            assert [status for status, _ in reasons] == ["refused"]
            assert "changed while it was read" in reasons[0][1]
            assert warehouse.sql("select count(*) from raw.employer_domains").fetchall() == [(0,)]
            ingest_all()
            found = {name for (name,) in warehouse.sql("select employer_id from raw.employer_domains").fetchall()}
            assert found == rows
            assert warehouse.sql("select count(*) from ops.deliveries where status = 'refused'").fetchall() == [(0,)]
    finally:
        journal.log.removeHandler(meddler)


def test_of_two_runs_at_once_one_says_who_works_and_no_row_is_loaded_twice(ingesting: Arena) -> None:
    project, command = ingesting.project, [sys.executable, "-m", "pipelines", "ingest"]
    shutil.rmtree(project.data / "warehouse", ignore_errors=True)
    with fault("two runs at once"):
        both = [
            subprocess.Popen(command, cwd=ROOT, env=project.environment, stderr=subprocess.PIPE, text=True)
            for _ in range(2)
        ]
        said = [each.communicate()[1] for each in both]
        codes = sorted(each.returncode for each in both)
        assert codes in ([0, 0], [0, 1]), said
        if 1 in codes:
            assert any(f'"pid": {each.pid}' in text for each in both for text in said), said
        wanted = held(project)
        shutil.rmtree(project.data / "warehouse")
        ingesting.finishes("ingest")
        assert held(project) == wanted


@pytest.mark.parametrize("text", ["", "{", '{"generation": "g9"}'])
def test_after_a_broken_pointer_a_publish_or_a_rollback_makes_it_whole(publishing: Arena, text: str) -> None:
    pointer = publishing.project.data / "published" / "current.json"
    wanted = current(publishing.project)
    with fault("corrupted current.json"):
        for command in ("publish", "rollback"):
            pointer.write_text(text)
            refused(publishing.ask("status"), str(pointer), "throughline rollback")
            publishing.finishes(command, without_audit=True)
            assert current(publishing.project) == wanted
            assert_nothing_is_left(publishing)


def test_after_the_current_generation_is_lost_a_publish_or_a_rollback_makes_it_whole(publishing: Arena) -> None:
    published = publishing.project.data / "published"
    wanted = current(publishing.project)
    with fault("missing generation"):
        for command in ("publish", "rollback"):
            publishing.finishes("publish", without_audit=True)
            shutil.rmtree(max((published / "generations").iterdir(), key=lambda each: each.stat().st_mtime))
            refused(publishing.ask("status"), "Kept generations: ", "throughline rollback")
            publishing.finishes(command, without_audit=True)
            assert current(publishing.project) == wanted


def test_an_analyst_who_writes_in_the_copy_keeps_nobody_from_publishing(publishing: Arena) -> None:
    with fault("analyst holds the copy open read-write"):
        with duckdb.connect(str(publishing.project.published)) as analyst:
            analyst.execute("create table notes as select 1 as note")
            publishing.finishes("publish", without_audit=True)
        assert_nothing_is_left(publishing)
