"""A generation says which batch it shows: it is never one that was not built, and the last is the last by number."""

from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from pipelines import builds, run
from pipelines.cli import rotate_key
from pipelines.errors import ThroughlineError
from pipelines.generations import Generation
from pipelines.ingest import ingest
from pipelines.ledger import Batch
from pipelines.opening import opened
from pipelines.settings import Settings

HEADER = "employer_id,domain\n"


def ingested(warehouse: duckdb.DuckDBPyConnection, landing: Path, name: str, moment: datetime) -> None:
    (landing / f"employer_domains_2026-01-{moment:%d}.csv").write_text(f"{HEADER}{name},{name}.example\n")
    ingest(warehouse, landing, Batch(f"{moment:%Y%m%d}-{name}", moment))


def test_the_last_batch_is_the_last_that_was_loaded_whatever_the_clock_said(
    warehouse: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    assert builds.last_batch(warehouse) is None
    ingested(warehouse, landing, "late", datetime(2026, 3, 2))
    ingested(warehouse, landing, "early", datetime(2026, 3, 1))
    assert builds.last_batch(warehouse) == "20260301-early"


def test_batches_from_before_they_were_numbered_come_first(warehouse: duckdb.DuckDBPyConnection, landing: Path) -> None:
    ingested(warehouse, landing, "old", datetime(2026, 3, 2))
    warehouse.execute("update ops.batches set number = null")
    assert builds.last_batch(warehouse) == "20260302-old"
    ingested(warehouse, landing, "new", datetime(2026, 3, 1))
    assert builds.last_batch(warehouse) == "20260301-new"


def test_marts_of_another_batch_moment_or_code_are_not_published(
    warehouse: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    ingested(warehouse, landing, "one", datetime(2026, 3, 1))
    with pytest.raises(ThroughlineError, match=r"found none that was finished.*throughline build"):
        builds.refuse_other(warehouse, "code")
    builds.finish(warehouse, "code")
    builds.refuse_other(warehouse, "code")
    with pytest.raises(ThroughlineError, match="made by other code"):
        builds.refuse_other(warehouse, "later code")
    warehouse.execute("update ops.as_of set as_of = timestamp '2025-06-01'")
    with pytest.raises(ThroughlineError, match="as of 2025-06-01"):
        builds.refuse_other(warehouse, "code")
    ingested(warehouse, landing, "two", datetime(2026, 3, 2))
    with pytest.raises(ThroughlineError, match=r"expected a build of batch 20260302-two.*found one of batch 20260301"):
        builds.refuse_other(warehouse, "code")


def test_while_a_build_is_under_way_the_marts_are_of_no_batch(
    warehouse: duckdb.DuckDBPyConnection, landing: Path
) -> None:
    ingested(warehouse, landing, "one", datetime(2026, 3, 1))
    builds.finish(warehouse, "code")
    builds.begin(warehouse)
    with pytest.raises(ThroughlineError, match="none that was finished"):
        builds.refuse_other(warehouse, "code")


def test_a_run_builds_again_once_the_key_was_rotated(
    tmp_path: Path, landing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THROUGHLINE_DATA", str(tmp_path))
    monkeypatch.setenv("THROUGHLINE_KEY_FILE", str(tmp_path / "secrets" / "key"))
    (landing / "employer_domains_2026-01-01.csv").write_text(f"{HEADER}E1,a.example\n")
    settings, done = Settings(), list[str]()

    def built(*_: object) -> None:
        done.append("build")
        with opened(settings) as connection:
            builds.finish(connection, run.code_id())

    def published(*_: object) -> Generation:
        done.append("publish")
        return Generation("g", "2026-01-01T00:00:00", "2026-01-01T00:00:00", "b", "c")

    monkeypatch.setattr(run, "validated", lambda *_: None)
    monkeypatch.setattr(run, "built", built)
    monkeypatch.setattr(run, "published", published)
    monkeypatch.setattr(run, "is_published", lambda *_: "publish" in done)
    for _ in range(2):
        assert run.run_all(settings, [], None, force=False) == 0
    assert done == ["build", "publish"]
    rotate_key()
    for _ in range(2):
        assert run.run_all(settings, [], None, force=False) == 0
    assert done == 2 * ["build", "publish"]
