"""A hiring process that nobody here wrote: see tests/golden/hiring_event_log.SOURCE.txt.

The right answers were counted on the published log by its case and activity columns, outside this project.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from pipelines.ingest import IngestReport
from pipelines.settings import PROJECT_DIR

LOG = PROJECT_DIR / "tests" / "golden" / "hiring_event_log.parquet"
MAPPING = PROJECT_DIR / "pipelines" / "sources" / "examples" / "hiring_event_log.mapping.toml"

LAST_EVENT = """
    select source_stage, count(*) from raw.ats_application_events
    where (application_id, sequence) in (
        select application_id, max(sequence) from raw.ats_application_events group by application_id
    )
    group by source_stage
"""


@pytest.fixture
def loaded(
    landing: Path, warehouse: duckdb.DuckDBPyConnection, ingest_all: Callable[..., IngestReport]
) -> duckdb.DuckDBPyConnection:
    shutil.copy(LOG, landing)
    shutil.copy(MAPPING, landing)
    report = ingest_all()
    assert report.refused == ()
    assert sum(each.quarantined for each in report.outcomes) == 0
    return warehouse


def test_each_case_is_one_application(loaded: duckdb.DuckDBPyConnection) -> None:
    assert loaded.sql("select count(*) from raw.ats_applications").fetchall() == [(3000,)]


def test_stages_are_counted_once_an_application_however_often_they_come(loaded: duckdb.DuckDBPyConnection) -> None:
    reached = dict(
        loaded.sql("""
            select source_stage, count(distinct application_id) from raw.ats_application_events group by 1
        """).fetchall()
    )
    wanted = {
        "Hand In Job Application": 3000,
        "Telephonic Screening": 2617,
        "Screening Interview": 2313,
        "Coding Interview": 1166,
        "Behavioral Interview": 836,
        "Make Job Offer": 777,
        "Application Rejected": 2657,
    }
    assert {stage: reached[stage] for stage in wanted} == wanted


def test_ever_and_last_are_kept_apart(loaded: duckdb.DuckDBPyConnection) -> None:
    last = dict(loaded.sql(LAST_EVENT).fetchall())
    assert last == {"Make Job Offer": 751, "Application Rejected": 2249}
    both = loaded.sql("""
        select count(*) from (
            select application_id from raw.ats_application_events
            where source_stage in ('Make Job Offer', 'Application Rejected')
            group by application_id having count(distinct source_stage) = 2
        )
    """).fetchall()
    assert both == [(434,)]
    status = dict(loaded.sql("select status, count(*) from raw.ats_applications group by 1").fetchall())
    assert status == {"active": 751, "rejected": 2249}


def test_ties_in_time_keep_their_order(loaded: duckdb.DuckDBPyConnection) -> None:
    ties = loaded.sql("""
        select count(*) from (
            select application_id from raw.ats_application_events
            group by application_id having count(distinct occurred_at) < count(*)
        )
    """).fetchall()
    assert ties == [(2313,)]
    unordered = loaded.sql("""
        select event_id from raw.ats_application_events
        qualify occurred_at < lag(occurred_at) over (partition by application_id order by sequence)
    """).fetchall()
    assert unordered == []
