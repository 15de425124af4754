"""A changed layout: added columns load and are told, gone ones are told, retyped ones block with their name."""

from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.drift.schemas import shown
from tests.pipelines.conftest import Ingest
from tests.pipelines.drift.conftest import Deliver, Look, projects


def with_column(text: str, name: str, value: str) -> str:
    header, *rows = text.splitlines()
    return "\n".join([f"{header},{name}", *(f"{row},{value}" for row in rows), ""])


def test_an_added_column_of_the_contract_loads_and_is_told(
    deliver: Deliver, look: Look, warehouse: duckdb.DuckDBPyConnection
) -> None:
    deliver(1, projects(1, 3))
    deliver(2, with_column(projects(4, 3), "department", "Sales"))
    (finding,) = look()
    assert (finding.kind, finding.subject, finding.severity) == ("column added", "platform/projects", "warns")
    assert finding.found == "department besides"
    assert warehouse.sql("select count(*) from raw.projects where department = 'Sales'").fetchall() == [(3,)]
    assert warehouse.sql(finding.look).fetchall()


def test_an_added_column_that_nothing_uses_is_told_as_such(deliver: Deliver, look: Look) -> None:
    deliver(1, projects(1, 3))
    deliver(2, with_column(projects(4, 3), "mood", "fine"))
    (finding,) = look()
    assert finding.found == "mood (nothing uses it) besides"


def test_a_gone_optional_column_is_told_once(deliver: Deliver, look: Look) -> None:
    deliver(1, with_column(projects(1, 3), "department", "Sales"))
    deliver(2, projects(4, 3))
    (finding,) = look()
    assert (finding.kind, finding.found, finding.severity) == ("column gone", "department missing", "warns")
    deliver(3, projects(7, 3))
    assert look() == []


def test_the_same_columns_in_another_order_are_no_drift(deliver: Deliver, look: Look) -> None:
    deliver(1, projects(1, 3))
    columns = [row.split(",")[::-1] for row in projects(4, 3).splitlines()]
    deliver(2, "\n".join([",".join(row) for row in columns] + [""]))
    assert look() == []


def test_a_retyped_required_column_blocks_with_its_name_and_shows_its_rows(
    deliver: Deliver, look: Look, warehouse: duckdb.DuckDBPyConnection
) -> None:
    deliver(1, projects(1, 20))
    deliver(2, projects(21, 20, posted="01/02/2025 at noon"))
    (finding,) = look()
    assert (finding.kind, finding.severity) == ("column fails", "blocks")
    assert finding.subject == "platform/projects: posted_at"
    assert "20 rows in quarantine" in finding.found
    assert "wrong type" in finding.found
    assert "noon" not in finding.sentence
    rows = warehouse.sql(finding.look).fetchall()
    assert len(rows) == 20
    assert rows[0][:3] == ("platform/2026-02-01/projects.csv", 2, "posted_at")


def test_a_mended_snapshot_answers_for_the_one_that_failed(deliver: Deliver, look: Look) -> None:
    deliver(1, projects(1, 20), mode="snapshot")
    deliver(2, projects(1, 20, posted="noon"), mode="snapshot")
    assert {each.kind for each in look()} == {"column fails"}
    deliver(3, projects(1, 20, posted="noon"), mode="snapshot")
    assert {each.kind for each in look(shown=-2)} == {"column fails"}
    deliver(4, projects(1, 20), mode="snapshot")
    assert look(shown=-3) == []


def test_ids_that_became_numbers_are_no_drift(deliver: Deliver, look: Look) -> None:
    deliver(1, projects(1, 20))
    deliver(2, projects(21, 20).replace("\np", "\n"))
    assert look() == []


def test_a_little_dirt_is_no_drift_and_a_usual_share_of_it_neither(deliver: Deliver, look: Look) -> None:
    def dirty(first: int, bad: int) -> str:
        header, *rows = projects(first, 100).splitlines()
        spoilt = [row.replace("2025-01-01T00:00:00Z", "soon") for row in rows[:bad]]
        return "\n".join([header, *spoilt, *rows[bad:], ""])

    deliver(1, dirty(1, 4))
    deliver(2, dirty(200, 4))
    assert look() == []
    for month in range(3, 6):
        deliver(month, dirty(month * 100, 15))
    assert look() == []
    deliver(6, dirty(600, 60))
    assert [each.kind for each in look()] == ["column fails"]


def without_posted_at(path: Path) -> None:
    frame = pl.DataFrame(
        {"project_id": ["p1"], "employer_id": ["e1"], "fee_usd": [500.0], "funded_by": ["employer"], "slots": [1]}
    )
    writers = {
        ".csv": frame.write_csv,
        ".tsv": lambda target: frame.write_csv(target, separator="\t"),
        ".parquet": frame.write_parquet,
        ".json": frame.write_json,
        ".ndjson": frame.write_ndjson,
        ".xlsx": frame.write_excel,
    }
    writers[path.suffix](path)


@pytest.mark.parametrize("ending", ["csv", "tsv", "parquet", "json", "ndjson", "xlsx"])
def test_a_file_without_a_required_column_is_refused_with_its_name_in_every_format(
    ending: str, landing: Path, ingest_all: Ingest
) -> None:
    without_posted_at(landing / f"projects.{ending}")
    (outcome,) = ingest_all().outcomes
    assert outcome.status == "refused"
    assert "'posted_at'" in str(outcome.reason)


def test_a_mapped_file_without_its_column_is_refused_with_the_name_of_that_column(
    landing: Path, ingest_all: Ingest
) -> None:
    (landing / "x.mapping.toml").write_text(
        'source = "x"\n[[files]]\npath = "x.csv"\n[files.entities.employers.fields]\n'
        'employer_id = "Id"\nname = "Company"\njoined_at = "Since"\n'
    )
    (landing / "x.csv").write_text("Id,Company\n1,Ada\n")
    (outcome,) = [each for each in ingest_all().outcomes if each.name == "x.csv"]
    assert outcome.status == "refused"
    assert "'Since'" in str(outcome.reason)


def test_a_name_that_may_be_a_person_s_is_not_told() -> None:
    assert [shown(name) for name in ("hours_worked", "Student No 2")] == ["hours_worked", "Student No 2"]
    for name in ("ada@example.org", "S00012345", "x" * 80, "a;b"):
        assert shown(name) == "a column with an unusual name"
