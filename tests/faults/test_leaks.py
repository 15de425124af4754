"""A fault in one process leaves no file open and no temporary file; what a killed run left is cleared by the next."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines import generations, leftovers, run
from pipelines import ingest as ingest_module
from pipelines.errors import ThroughlineError
from pipelines.progress import Steps
from pipelines.rollback import roll_back
from pipelines.settings import Settings
from tests.faults.test_kills_alone import land


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Return settings of a project with files that landed, all that is temporary below it."""
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("THROUGHLINE_KEY_FILE", str(tmp_path / "secrets" / "key"))
    land(tmp_path / "data" / "landing")
    return Settings()


def open_below(folder: Path) -> set[str]:
    """Return the files below a folder that this process has open."""
    found = set()
    for descriptor in os.listdir("/proc/self/fd"):
        try:
            path = os.readlink(f"/proc/self/fd/{descriptor}")
        except OSError:
            continue
        if path.startswith(str(folder)):
            found.add(path)
    return found


def full(*given: object, **named: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("place", ["fingerprint", "stage", "landed_files"])
def test_an_ingest_that_fails_leaves_nothing_open_and_no_lock(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    def ingest() -> None:
        with run.writing(settings):
            run.ingested(settings, [], None, Steps())

    with monkeypatch.context() as patched:
        patched.setattr(ingest_module, place, full)
        with pytest.raises((ThroughlineError, OSError), match="No space left"):
            ingest()
    assert open_below(settings.data_dir) == set()
    assert [*(settings.warehouse_dir / "spill").iterdir()] == []
    ingest()
    assert open_below(settings.data_dir) == set()


def test_what_a_killed_run_left_is_cleared_and_nothing_else(settings: Settings) -> None:
    left = [
        settings.warehouse_dir / "spill" / "throughline-abc" / "decoded.csv",
        settings.warehouse_dir / "spill" / "duckdb_temp_storage_DEFAULT-0.tmp",
        settings.warehouse_dir / "fresh.duckdb",
        settings.warehouse_dir / "fresh.duckdb.wal",
        settings.landing_dir / "2026-01-01" / ".employer_domains.csv.erasing",
        settings.landing_dir / ".employers.csv.erasing.plain",
        settings.truth_dir / ".pairs.parquet.erasing",
        settings.key_file.parent / ".key.new",
        settings.published_dir / ".current.json.new",
        settings.published_dir / f".{generations.FILE}.new",
        settings.published_dir / ".20260101T000000Z-abcdef.ready",
        settings.published_dir / "generations" / "20260101T000000Z-abcdef" / generations.FILE,
    ]
    kept = [*settings.landing_dir.rglob("*.*"), settings.warehouse_dir / "dbt" / "manifest.json", settings.key_file]
    for path in (*left, *kept[-2:]):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("left")
    leftovers.clear(settings)
    assert [path for path in left if path.exists()] == []
    assert [path for path in kept if not path.exists()] == []
    assert not (settings.published_dir / "generations" / "20260101T000000Z-abcdef").exists()


def test_a_rollback_that_fails_leaves_nothing_open(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    published = settings.published_dir
    for name in ("g1", "g2"):
        given = generations.numbered(published, generations.Generation(name, "", "", "b", "c"))
        folder = generations.folder_of(published, name)
        folder.mkdir(parents=True)
        (folder / generations.FILE).write_text(name)
        generations.write_facts(folder, given)
        generations.make_current(published, given)
    calls: list[Callable[..., object]] = [os.fsync, os.replace]
    for call in calls:
        with monkeypatch.context() as patched:
            patched.setattr(os, call.__name__, full)
            with pytest.raises(OSError, match="No space left"):
                roll_back(published)
        assert open_below(tmp_path) == set()
        now = generations.current(published)
        assert now is not None
        assert now.generation == "g2"
        assert sorted(each.name for each in published.iterdir()) == ["analytics.duckdb", "current.json", "generations"]
    assert roll_back(published).generation == "g1"
    assert (published / generations.FILE).read_text() == "g1"
