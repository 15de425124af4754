"""A generation says which batch it shows: it is never one that was not built, and the last is the last by number."""

from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from pipelines import builds
from pipelines.errors import ThroughlineError
from pipelines.ingest import ingest
from pipelines.ledger import Batch

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
