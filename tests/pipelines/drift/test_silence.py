"""Feeds that went silent, told by the data's own clock."""

from datetime import datetime, timedelta

import duckdb
import pytest

from pipelines.drift.deliveries import Shown, feeds
from pipelines.drift.silence import missed, of_deliveries, of_outcomes, overdue
from tests.pipelines.drift.conftest import Deliver, projects

START = datetime(2026, 1, 1)
METRICS = {"projects": ("fill_rate_30_days",)}


def words(*days: int) -> list[datetime]:
    return [START + timedelta(days=day) for day in days]


@pytest.mark.parametrize(
    ("days", "as_of", "is_overdue"),
    [
        ((0, 30, 60, 90), 134, False),
        ((0, 30, 60, 90), 136, True),
        ((0, 30, 60), 400, False),
        ((0, 10, 40, 50, 80), 109, False),
        ((0, 1, 2, 3), 4, False),
        ((0, 1, 2, 3), 5, True),
    ],
)
def test_a_word_is_overdue_after_one_and_a_half_pauses_or_what_the_rhythm_allows(
    days: tuple[int, ...], as_of: int, is_overdue: bool
) -> None:
    assert (overdue(words(*days), START + timedelta(days=as_of)) is not None) == is_overdue


def test_a_feed_that_always_came_along_is_missed_at_once() -> None:
    source = words(0, 30, 60, 90, 120)
    assert missed(source[:-1], source) == source[-1]
    assert missed(source, source) is None
    assert missed([*source[:2], source[3]], source) is None
    assert missed(source[:3], source[:4]) is None


def test_a_silent_feed_is_told_with_since_when_and_what_suffers(
    deliver: Deliver, warehouse: duckdb.DuckDBPyConnection
) -> None:
    for month in range(1, 6):
        deliver(month, projects(month * 100, 10))
    for month in range(1, 7):
        deliver(month, f"cost_id,employer_id,period_month,cost_type\nc{month},e1,2026-01-01,agency\n", entity="costs")
    known = feeds(warehouse, Shown("", START))
    (finding,) = of_deliveries(known, datetime(2026, 6, 1), METRICS)
    assert (finding.kind, finding.subject, finding.severity) == ("feed silent", "platform/projects", "warns")
    assert finding.since == datetime(2026, 5, 1)
    assert finding.metrics == ("fill_rate_30_days",)
    assert len(warehouse.sql(finding.look).fetchall()) == 5
    deliver(6, projects(600, 10))
    assert list(of_deliveries(feeds(warehouse, Shown("", START)), datetime(2026, 6, 1), METRICS)) == []


def test_an_outcome_feed_that_stopped_is_told_and_one_that_said_so_is_not(
    deliver: Deliver, warehouse: duckdb.DuckDBPyConnection
) -> None:
    header = "employer_id,system,observable_from,observable_to,last_synced_at"
    for month in range(1, 8):
        stopped = min(month, 4)
        rows = [
            f"e1,ats,2025-01-01,,2026-{month:02}-01",
            f"e2,ats,2025-01-01,,2026-{stopped:02}-01",
            f"e3,ats,2025-01-01,{'2026-04-01' if month > 3 else ''},2026-{stopped:02}-01",
        ]
        deliver(month, "\n".join([header, *rows, ""]), entity="outcome_feeds", mode="snapshot", source="outcomes")
    found = list(of_outcomes(warehouse, datetime(2026, 7, 1), {"outcome_feeds": ("hire_through_matured",)}))
    assert [each.subject for each in found] == ["outcome feed of e2 (ats)"]
    assert found[0].since == datetime(2026, 4, 1)
    assert found[0].metrics == ("hire_through_matured",)
    assert len(warehouse.sql(found[0].look).fetchall()) >= 4
