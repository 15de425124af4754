"""Worked queries: how an analysis becomes a row, and what each must say of itself."""

import re

import pytest

from pipelines.worked_queries import worked_query
from tests.conftest import ROOT

ANALYSES = sorted((ROOT / "dbt_project" / "analyses").glob("*.sql"))
TEXT = """-- Who was hired
-- this year? Counts starts.
-- Blank is unknown.
-- Metrics: hires, hires_left_1_year
select * from {{ ref('fct_hires') }} -- really?
"""


def test_the_opening_comment_is_the_question_what_to_watch_for_and_the_metrics() -> None:
    row = worked_query("hired", TEXT)
    assert row["question"] == "Who was hired this year?"
    assert row["description"] == "Counts starts. Blank is unknown."
    assert row["metrics"] == "hires, hires_left_1_year"


def test_a_reference_becomes_the_name_in_the_published_file() -> None:
    assert str(worked_query("hired", TEXT)["sql"]).endswith("select * from marts.fct_hires -- really?")


def test_there_are_twenty() -> None:
    assert len(ANALYSES) == 20


@pytest.mark.parametrize("path", ANALYSES, ids=lambda path: path.stem)
def test_a_worked_query_asks_one_question_says_what_to_watch_for_and_refers_to_tables(path: object) -> None:
    row = worked_query(path.stem, path.read_text())  # type: ignore[attr-defined]
    assert re.fullmatch(r"[A-Z][^?]+\?", str(row["question"]))
    assert len(str(row["description"])) > 60
    assert "{{" not in str(row["sql"])
    assert "ref(" in path.read_text()  # type: ignore[attr-defined]
    assert not re.search(r"\bfrom marts\.(fct|dim|agg)_", path.read_text())  # type: ignore[attr-defined]
