"""Findings as the warehouse keeps them, and what an acceptance means for the runs after it."""

from datetime import datetime

import duckdb
import pytest

from pipelines.drift import keeping
from pipelines.drift.auditing import status_lines
from pipelines.drift.findings import KINDS, Finding
from pipelines.drift.keeping import NoReason, accept, accepted_levels, checked, keep, unaccepted
from tests.pipelines.drift.conftest import Deliver, Look, projects

NOON = datetime(2026, 7, 1, 12)
BLOCKING = Finding("volume far off", "platform/projects", datetime(2026, 6, 1), "25 to 404 rows", "5 rows", "select 1")
WARNING = Finding("column added", "platform/projects", datetime(2026, 6, 1), "as before", "x besides", "select 2")


@pytest.fixture
def kept(warehouse: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    warehouse.execute("insert into ops.as_of values (?)", [NOON])
    keep(warehouse, [BLOCKING, WARNING], "b1", NOON)
    return warehouse


def test_only_what_blocks_and_was_not_accepted_holds_a_publish_up(kept: duckdb.DuckDBPyConnection) -> None:
    assert unaccepted(kept, [BLOCKING, WARNING]) == [BLOCKING]
    accept(kept, [BLOCKING], "two customers left", "os:ada", NOON)
    assert unaccepted(kept, [BLOCKING, WARNING]) == []
    other = Finding(BLOCKING.kind, BLOCKING.subject, datetime(2026, 7, 1), BLOCKING.expected, "4 rows", BLOCKING.look)
    assert unaccepted(kept, [BLOCKING, other]) == [other]


def test_a_mart_that_is_emptied_again_from_another_size_is_another_finding(kept: duckdb.DuckDBPyConnection) -> None:
    first, later = (
        Finding("mart shrank", "marts.x", None, f"at least half of the {rows} rows", "0", "select 1")
        for rows in (500, 9000)
    )
    keep(kept, [first], "b1", NOON)
    accept(kept, [first], "an employer left us", "os:ada", NOON)
    assert unaccepted(kept, [first, later]) == [later]


def test_an_attempt_replaces_the_findings_of_the_one_before_but_not_what_was_accepted(
    kept: duckdb.DuckDBPyConnection,
) -> None:
    accept(kept, [BLOCKING], "two customers left", "os:ada", NOON)
    keep(kept, [BLOCKING], "b2", NOON)
    rows = kept.sql("select kind, batch_id, is_current, accepted_by, reason from ops.drift_findings").fetchall()
    assert rows == [("volume far off", "b2", True, "os:ada", "two customers left")]
    keep(kept, [], "b3", NOON)
    assert kept.sql("select is_current, reason from ops.drift_findings").fetchall() == [(False, "two customers left")]


def test_status_tells_open_and_accepted_findings(kept: duckdb.DuckDBPyConnection) -> None:
    assert [line.split(":")[0] for line in status_lines(kept)] == ["drift       blocks", "drift       warns"]
    accept(kept, [BLOCKING], "two customers left", "os:ada", NOON)
    assert list(status_lines(kept))[-1] == (
        "accepted    platform/projects: volume far off: 5 rows: by os:ada on 2026-07-01: two customers left"
    )


@pytest.mark.parametrize("reason", ["", "ok", "fine now"])
def test_a_reason_that_says_nothing_is_none(reason: str) -> None:
    with pytest.raises(NoReason, match="3 words"):
        checked(reason)


def test_a_reason_is_one_line() -> None:
    assert checked("two  customers\nleft") == "two customers left"
    assert checked(None) is None


def test_what_was_accepted_is_the_new_level(deliver: Deliver, look: Look, warehouse: duckdb.DuckDBPyConnection) -> None:
    for month in range(1, 6):
        deliver(month, projects(month * 1000, 200))
    deliver(6, projects(6000, 10))
    found = look()
    keep(warehouse, found, "b", NOON)
    accept(warehouse, found, "the large customer left", "os:ada", NOON)
    assert accepted_levels(warehouse) == {"platform/projects": datetime(2026, 6, 1)}
    deliver(7, projects(7000, 11))
    assert look() == []
    deliver(8, projects(8000, 1200))
    assert [each.kind for each in look()] == ["volume far off"]


def test_a_share_of_failing_rows_that_was_accepted_is_the_new_level(
    deliver: Deliver, look: Look, warehouse: duckdb.DuckDBPyConnection
) -> None:
    def dirty(first: int, bad: int) -> str:
        return projects(first, bad, posted="soon") + projects(first + bad, 100 - bad).partition("\n")[2]

    deliver(1, projects(1, 100))
    deliver(2, dirty(200, 30))
    found = look()
    keep(warehouse, found, "b", NOON)
    accept(warehouse, found, "old projects have no day", "os:ada", NOON)
    deliver(3, dirty(300, 30))
    assert look() == []
    deliver(4, dirty(400, 90))
    assert [each.kind for each in look()] == ["column fails"]


def test_every_kind_says_why_it_blocks_or_not() -> None:
    assert {each.severity for each in KINDS.values()} == {"blocks", "warns"}
    assert all(each.reason.endswith(".") for each in KINDS.values())
    assert keeping.LEAST_WORDS > 1
