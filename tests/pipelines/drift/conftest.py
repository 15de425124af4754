"""Feeds of a few rows, delivered by real files, month after month."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.drift.deliveries import Shown
from pipelines.drift.findings import Finding
from pipelines.drift.search import in_deliveries
from tests.pipelines.conftest import Ingest

Deliver = Callable[..., None]
Look = Callable[..., list[Finding]]

HEADER = "project_id,employer_id,fee_usd,funded_by,slots,hours_estimated,posted_at"


def projects(first: int, rows: int, posted: str = "2025-01-01T00:00:00Z") -> str:
    """Return projects as CSV, numbered from ``first`` on."""
    return "\n".join([HEADER, *(f"p{first + n},e1,500.00,employer,1,20,{posted}" for n in range(rows)), ""])


@pytest.fixture
def deliver(landing: Path, ingest_all: Ingest) -> Deliver:
    """Return what delivers a text as a file of a day of 2026, in a run of its own."""

    def written(
        month: int, text: str, entity: str = "projects", mode: str = "changes", source: str = "platform", day: int = 1
    ) -> None:
        folder = landing / source / f"2026-{month:02}-{day:02}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{entity}.csv").write_text(text)
        (folder / "delivery.toml").write_text(
            f'source = "{source}"\ndelivered_at = 2026-{month:02}-{day:02}T00:00:00Z\ndelivery = "{mode}"\n'
        )
        ingest_all()

    return written


@pytest.fixture
def look(warehouse: duckdb.DuckDBPyConnection) -> Look:
    """Return what looks for drift in all that came after the ``shown``-th run; -1 where the last run alone is new."""

    def looked(shown: int = -1) -> list[Finding]:
        batches = [name for (name,) in warehouse.sql("select batch_id from ops.batches order by 1").fetchall()]
        return in_deliveries(warehouse, Shown(batches[shown - 1], datetime(2027, 1, 1)))

    return looked
