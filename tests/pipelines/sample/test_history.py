"""A delivery holds what was known then, and nothing that came later."""

import numpy as np
import polars as pl

from pipelines.sample.clock import NEVER
from pipelines.sample.history import History, versions

MOMENTS = np.array([100, 200, 300], dtype=np.int64)
WORK = History("accepted_at", {"approved_at": {"approved_at": None}, "_decided_at": {"status": pl.lit("open")}})


def work(**columns: object) -> pl.DataFrame:
    row = {"id": "a", "accepted_at": 50, "approved_at": NEVER, "_decided_at": NEVER, "status": "done"}
    return pl.DataFrame({name: [value] for name, value in (row | columns).items()})


def told(frame: pl.DataFrame, first_open: int = 0) -> list[tuple[int, dict[str, object], int]]:
    columns = ["approved_at", "status", "updated_at"]
    return [
        (delivery, rows.select(columns).row(0, named=True), new)
        for delivery, rows, new in versions(frame, WORK, MOMENTS, first_open)
    ]


def test_a_later_field_is_blank_until_its_delivery() -> None:
    assert told(work(approved_at=150, _decided_at=150)) == [
        (0, {"approved_at": None, "status": "open", "updated_at": 50}, 1),
        (1, {"approved_at": 150, "status": "done", "updated_at": 150}, 0),
    ]


def test_everything_before_the_full_load_comes_as_one_version() -> None:
    assert told(work(approved_at=90, _decided_at=80)) == [
        (0, {"approved_at": 90, "status": "done", "updated_at": 90}, 1)
    ]


def test_a_late_row_comes_one_delivery_later_and_in_full_knowledge_of_its_own_time() -> None:
    assert told(work(approved_at=150, _lag=1)) == [
        (1, {"approved_at": None, "status": "open", "updated_at": 50}, 1),
        (2, {"approved_at": 150, "status": "open", "updated_at": 150}, 0),
    ]


def test_nothing_is_added_to_a_closed_delivery() -> None:
    assert [delivery for delivery, _, _ in told(work(approved_at=90), first_open=2)] == [2]


def test_what_happens_after_the_last_delivery_is_not_told() -> None:
    assert told(work(accepted_at=301)) == []
    assert told(work(approved_at=301)) == [(0, {"approved_at": None, "status": "open", "updated_at": 50}, 1)]
