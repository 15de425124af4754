"""Drift as an operator meets it: a blocked run, the rows behind it, an acceptance with a reason, and quiet after it."""

import json
from pathlib import Path

import duckdb
import pytest

from tests.conftest import Project

REASON = "the platform rebuilt its records in July"


def retype_costs(project: Project) -> Path:
    """Deliver costs whose months are retyped, in a folder of their own; return it."""
    folder = project.data / "landing" / "platform" / "2026-08-01"
    folder.mkdir()
    synthetic = 'source = "platform"\ndelivered_at = 2026-08-01T06:00:00Z\ndelivery = "changes"\nsynthetic = true\n'
    (folder / "delivery.toml").write_text(synthetic)
    costs = [f"late-{number},E00001,in July,agency" for number in range(60)]
    (folder / "costs.csv").write_text("\n".join(["cost_id,employer_id,period_month,cost_type", *costs, ""]))
    return folder


@pytest.fixture(scope="module")
def drifted(tiny: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project with a delivery whose costs were retyped, and whose engagements were never approved."""
    project = tiny.copy_to(tmp_path_factory.mktemp("drifted"))
    folder = retype_costs(project)
    with duckdb.connect(str(project.data / "warehouse" / "analytics.duckdb"), read_only=True) as connection:
        connection.execute(f"""
            copy (
                select distinct on (engagement_id) engagement_id, application_id, accepted_at, started_at, due_at
                from raw.engagements where not _is_deleted order by engagement_id, _version_at desc
            ) to '{folder / "engagements.csv"}' (header, timestampformat '%Y-%m-%dT%H:%M:%SZ')
        """)
    return project


def pointer(project: Project) -> str:
    return (project.data / "published" / "current.json").read_text()


def told(project: Project) -> list[tuple[str, str, str | None]]:
    with duckdb.connect(str(project.published), read_only=True) as connection:
        return connection.sql("""
            select kind, subject, reason from meta.drift_findings
            where is_current and severity = 'blocks' order by kind, subject
        """).fetchall()


def test_drift_blocks_shows_its_rows_and_is_published_with_a_reason(drifted: Project) -> None:
    before = pointer(drifted)
    blocked = drifted.throughline("run")
    assert blocked.returncode == 3, blocked.stdout + blocked.stderr
    assert "platform/costs: period_month: column fails" in blocked.stderr
    assert "completion_rate: past moved" in blocked.stderr
    assert pointer(drifted) == before

    again = drifted.throughline("publish")
    assert again.returncode == 3
    assert pointer(drifted) == before
    findings = json.loads(drifted.throughline("drift", "list", "--format", "json").stdout)
    names = {(each["kind"], each["subject"]): each["finding_id"] for each in findings}
    rows = drifted.throughline("drift", "show", names["column fails", "platform/costs: period_month"])
    assert "in July" in rows.stdout
    moved = drifted.throughline("drift", "show", names["past moved", "completion_rate"], "--format", "json")
    (first, *_) = json.loads(moved.stdout)
    assert first["engagements_completed_in_time_before"] != first["engagements_completed_in_time_now"]
    assert "drift       blocks" in drifted.throughline("status").stdout
    assert drifted.throughline("publish", "--accept", "fine").returncode == 2
    assert pointer(drifted) == before

    accepted = drifted.throughline("run", "--accept", REASON)
    assert accepted.returncode == 0, accepted.stdout + accepted.stderr
    assert pointer(drifted) != before
    assert ("column fails", "platform/costs: period_month", REASON) in told(drifted)
    assert {reason for *_, reason in told(drifted)} == {REASON}
    assert REASON in drifted.throughline("status").stdout
    quiet = drifted.throughline("publish")
    assert quiet.returncode == 0, quiet.stderr
    assert told(drifted) == []


def test_an_erasure_accepts_no_drift(tiny: Project, tmp_path: Path) -> None:
    project = tiny.copy_to(tmp_path)
    retype_costs(project)
    before = pointer(project)
    assert project.throughline("run").returncode == 3
    with duckdb.connect(str(project.data / "warehouse" / "analytics.duckdb"), read_only=True) as connection:
        ((student,),) = connection.sql("select min(student_id) from raw.students").fetchall()
    held_up = project.throughline("forget", student, "--yes")
    assert held_up.returncode == 3, held_up.stdout + held_up.stderr
    assert "platform/costs: period_month: column fails" in held_up.stderr
    assert pointer(project) == before
    accepted = project.throughline("publish", "--accept", REASON)
    assert accepted.returncode == 0, accepted.stdout + accepted.stderr
    assert {reason for *_, reason in told(project)} == {REASON}
    assert len([*(project.data / "published" / "generations").iterdir()]) == 1


def test_nothing_drifts_in_the_undisturbed_sample(tiny: Project) -> None:
    with duckdb.connect(str(tiny.published), read_only=True) as connection:
        found = connection.sql("select kind, subject from meta.drift_findings where severity = 'blocks'").fetchall()
        published = connection.sql("select count(*) from meta.deliveries").fetchall()
    assert found == []
    assert published != [(0,)]


def test_there_is_help_for_the_new_words(tiny: Project) -> None:
    assert "REASON" in tiny.throughline("publish", "--help").stdout
    assert tiny.throughline("drift", "show", "nothing").returncode == 1
