"""Drift as the page Data health tells it."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from dashboards.database import Generation
from dashboards.findings import drift as findings
from dashboards.slices import drift

FINDINGS = """
    drop table if exists analytics.meta.drift_findings;
    create table analytics.meta.drift_findings as
    select
        finding_id, timestamp '2026-07-02' as found_at, timestamp '2026-07-01' as as_of, kind, severity, subject,
        timestamp '2026-06-01' as since, 'as before' as expected, 'another' as found, metrics, is_current,
        case when reason is not null then timestamp '2026-07-02 09:00:00' end as accepted_at,
        case when reason is not null then 'os:ada' end as accepted_by, reason
    from (values
        ('a', 'past moved', 'blocks', 'completion_rate', 'completion_rate', true, 'records were rebuilt'),
        ('b', 'feed silent', 'warns', 'outcomes/employments', 'x, y', true, null),
        ('c', 'column added', 'warns', 'platform/projects', '', true, null),
        ('d', 'volume far off', 'blocks', 'platform/costs', '', false, 'two customers left')
    ) as told (finding_id, kind, severity, subject, metrics, is_current, reason)
"""


@pytest.fixture
def altered(generation: Generation, tmp_path: Path) -> Callable[[str], Generation]:
    """Return a maker of a copy of the generation after a statement."""

    def alter(statement: str) -> Generation:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.duckdb"
        shutil.copyfile(generation.path, path)
        with duckdb.connect() as connection:
            connection.execute(f"attach '{path}' as analytics")
            connection.execute(statement)
        return replace(generation, identifier=path.stem, path=path)

    return alter


def test_findings_of_the_generation_stand_apart_from_what_was_accepted_before(
    altered: Callable[[str], Generation],
) -> None:
    told = altered(FINDINGS)
    assert drift.found(told).select("kind", "standing", "reason", "metrics_affected").rows() == [
        ("past moved", "accepted", "records were rebuilt", 1),
        ("column added", "warning", None, None),
        ("feed silent", "warning", None, 2),
    ]
    assert drift.accepted_before(told).select("subject", "accepted_by", "reason").rows() == [
        ("platform/costs", "os:ada", "two customers left")
    ]


def test_a_file_from_before_drift_tells_of_none(altered: Callable[[str], Generation]) -> None:
    old = altered("drop table if exists analytics.meta.drift_findings")
    assert drift.found(old).is_empty()
    assert drift.accepted_before(old).is_empty()


def test_the_finding_counts_kinds_and_gives_the_reasons(altered: Callable[[str], Generation]) -> None:
    told = altered(FINDINGS)
    assert "reason" in drift.shown(drift.found(told)).columns
    assert "reason" not in drift.shown(drift.found(told).filter(standing="warning")).columns
    said = findings.found(drift.found(told))
    assert said.title.startswith("3 findings of drift: ")
    assert said.title.endswith("1 accepted")
    assert "records were rebuilt" in said.summary
    assert "\u201crecords were rebuilt\u201d (os:" in findings.note(drift.found(told))
    assert "only with a reason" in findings.note(drift.found(told).filter(standing="warning"))
    assert findings.found(drift.found(told).clear()).title == "Nothing drifted"
    assert findings.accepted_before(drift.accepted_before(told)).title == "1 finding of drift accepted before"
