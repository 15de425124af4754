"""The pipeline's own records as the page Data health asks them: drift, checks over time, coverage, rows."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from dashboards.charts import health as charts
from dashboards.database import Generation, Query, run
from dashboards.findings import health as findings
from dashboards.navigation import PAGES
from dashboards.scope import Scope
from dashboards.slices import operations, records
from dashboards.slices.tiles import health_readings
from tests.dashboards.test_pages import html, opened

ScopeOf = Callable[..., Scope]

COUNTS = """
    create or replace table analytics.meta.mart_rows as
    select * from (values
        ('g1', timestamp '2026-01-01', timestamp '2026-01-02', 'fct_a', 50),
        ('g2', timestamp '2026-02-01', timestamp '2026-02-02', 'fct_a', 100),
        ('g2', timestamp '2026-02-01', timestamp '2026-02-02', 'fct_gone', 7),
        ('g3', timestamp '2026-03-01', timestamp '2026-03-02', 'fct_a', 90),
        ('g3', timestamp '2026-03-01', timestamp '2026-03-02', 'fct_new', 3)
    ) as told (generation, as_of, published_at, mart, row_count)
"""

VERDICTS = """
    insert into analytics.meta.validation_results
    select
        'batch ' || batch, timestamp '2030-01-01' + interval (batch) day, 'in', 'projects', rule, 'fee_usd', 'warning',
        rule = 'holds' or (rule = 'mended' and batch = 2), 10, 4, 0.4, null, 'A rule.'
    from range(1, 3) as batches (batch), (values ('mended'), ('broken'), ('holds')) as rules (rule)
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


def test_drift_holds_each_mart_against_the_generation_before(altered: Callable[[str], Generation]) -> None:
    told = altered(COUNTS)
    assert operations.drift(told).rows() == [
        ("fct_gone", 7, None, -7, None),
        ("fct_new", None, 3, 3, None),
        ("fct_a", 100, 90, -10, pytest.approx(-0.1)),
    ]
    assert operations.generations(told).select("generation", "marts", "rows").rows() == [
        ("g1", 1, 50),
        ("g2", 2, 107),
        ("g3", 2, 93),
    ]


def test_the_first_generation_has_nothing_to_drift_from(altered: Callable[[str], Generation]) -> None:
    first = altered(f"{COUNTS}; delete from analytics.meta.mart_rows where generation <> 'g1'")
    assert operations.drift(first).is_empty()
    assert operations.generations(first).height == 1


def test_a_file_from_before_the_history_tells_of_none(altered: Callable[[str], Generation]) -> None:
    old = altered("drop table if exists analytics.meta.mart_rows")
    assert operations.drift(old).is_empty()
    assert operations.generations(old).is_empty()


def test_who_withdrew_the_consent_is_counted(altered: Callable[[str], Generation]) -> None:
    counted = altered("update analytics.meta.withdrawals set withdrawn_count = 26")
    assert operations.withdrawn_count(counted) == 26
    assert operations.withdrawn_count(altered("delete from analytics.meta.withdrawals")) == 0
    assert operations.withdrawn_count(altered("drop table analytics.meta.withdrawals")) == 0
    assert findings.withdrawals(26).title == "26 students withdrew the consent to analytics"
    assert findings.withdrawals(1).title == "1 student withdrew the consent to analytics"


def test_checks_that_ever_failed_are_followed_over_batches(altered: Callable[[str], Generation]) -> None:
    found = operations.check_history(altered(VERDICTS)).filter(pl.col("batch_id").str.starts_with("batch "))
    assert sorted(found.select("check_name", "batch_id", "verdict").rows()) == [
        ("projects: broken, fee_usd", "batch 1", "warning"),
        ("projects: broken, fee_usd", "batch 2", "warning"),
        ("projects: mended, fee_usd", "batch 1", "warning"),
        ("projects: mended, fee_usd", "batch 2", "passed"),
    ]


def test_coverage_counts_an_employer_from_its_first_completion_while_its_feed_shows_it(
    generation: Generation,
) -> None:
    found = operations.coverage(generation)
    feeds = run(generation, Query("select * from analytics.meta.outcome_feeds"))
    completing = run(
        generation,
        Query(
            "select employer_id, min(first_completed_at) as first_completed_at "
            "from analytics.marts.fct_person_host_outcomes group by employer_id"
        ),
    )
    last = found.row(-1, named=True)
    assert last["month"] == date(2026, 6, 1)
    assert last["employers"] == completing.filter(pl.col("first_completed_at") < datetime(2026, 6, 2)).height
    watched = feeds.filter(
        pl.col("observable_from") <= date(2026, 6, 1),
        pl.col("observable_to").is_null() | (pl.col("observable_to") >= date(2026, 6, 30)),
        pl.col("last_synced_at") >= datetime(2026, 6, 30),
    )
    together = completing.filter(pl.col("first_completed_at") < datetime(2026, 6, 2)).join(
        watched, on="employer_id", how="semi"
    )
    assert last["watched"] == together.height
    assert (found["watched"] <= found["employers"]).all()


def test_every_tile_opens_the_records_that_it_counts(platform: ScopeOf) -> None:
    for reading in health_readings(platform()):
        assert reading.rows is not None
        whole, counted = reading.rows.counts()
        if reading.name != "days_since_delivery":
            assert (counted if reading.rows.is_rate else whole) == reading.value, reading.name
        assert reading.rows.page(1, 5).height == min(whole, 5)


def test_the_rows_of_a_rule_and_of_a_delivery_are_those_of_the_quarantine(generation: Generation) -> None:
    by_rule = operations.quarantine(generation)
    opened = {rule: rows.counts()[0] for rule, rows in operations.behind_quarantine(generation, by_rule) if rows}
    assert opened == dict(by_rule.select("rule", "quarantined").iter_rows())
    ledger = operations.ledger(generation).filter(pl.col("rows_quarantined") > 0)
    assert ledger.height > 0
    for row in ledger.iter_rows(named=True):
        assert operations.quarantined_of(generation, row["delivery"]).height == row["rows_quarantined"]


def test_rows_that_a_later_delivery_answers_are_in_the_ledger_and_in_no_number_of_rows_in_quarantine(
    altered: Callable[[str], Generation], generation: Generation
) -> None:
    whole = operations.quarantined_rows(generation)
    first = whole.row(0, named=True)
    rest = whole.filter(pl.col("delivery") != first["delivery"]).height
    part = altered(f"""
        delete from analytics.meta.quarantined_rows
        where file_name = '{first["file_name"]}' and entity = '{first["entity"]}'
            and delivered_at = '{first["delivered_at"]}'
    """)
    none = altered("delete from analytics.meta.quarantined_rows")
    for told, standing in ((part, rest), (none, 0)):
        (tile,) = (each for each in health_readings(Scope(told, "leadership")) if each.name == "rows_quarantined")
        assert tile.rows is not None
        assert tile.value == tile.rows.counts()[0] == standing
        loads = operations.loads(told)
        set_aside = int(loads["quarantined"].sum())
        assert set_aside == whole.height
        finding = findings.loads(loads, operations.quarantine(told))
        assert finding.title.endswith(f"rows read; {standing:,} of them in quarantine")
        assert f"a later delivery answers {set_aside - standing:,} row" in finding.summary
        assert operations.set_aside_of(told, first["delivery"]) > 0
        assert operations.quarantined_of(told, first["delivery"]).is_empty()
    assert "answers" not in findings.loads(operations.loads(generation), operations.quarantine(generation)).summary


def test_the_page_says_of_an_empty_quarantine_that_a_later_delivery_answers_its_rows(
    tiny_published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loopback: None
) -> None:
    folder = tmp_path / "published"
    shutil.copytree(tiny_published, folder)
    (file,) = folder.glob("generations/*/analytics.duckdb")
    file.chmod(0o644)
    with duckdb.connect(str(file)) as connection:
        connection.execute("delete from meta.quarantined_rows")
    health_page = next(each for each in PAGES if each.name == "data_health")
    app = opened(folder, monkeypatch, "admin", health_page)
    assert not app.exception
    said = html(app)
    assert "The quarantine is empty" in said
    assert "that broke a rule" in said
    assert "No row broke a rule." not in said


def test_a_delivery_has_a_name_of_its_own(generation: Generation) -> None:
    assert operations.ledger(generation)["delivery"].is_unique().all()


def test_the_checks_behind_the_chart_are_those_of_the_last_batch(generation: Generation) -> None:
    (_, rows), *_ = operations.behind_checks(generation)
    assert rows is not None
    assert rows.counts()[1] == operations.failing(generation).height


def test_the_statement_of_a_failing_check_finds_its_examples() -> None:
    check = {
        "border": "in",
        "entity": "projects",
        "example_keys": '["lever / P1", "O\'Hara"]',
        "description": "A fee.",
        "unexpected_count": 2,
        "checked_count": 9,
    }
    statement = operations.how_to_look(check)
    with duckdb.connect() as connection:
        connection.execute("create schema raw")
        connection.execute("create table raw.projects as select unnest(['P1', 'O''Hara', 'P2']) as project_id")
        assert sorted(connection.sql(statement).fetchall()) == [("O'Hara",), ("P1",)]
    assert "2 of 9 rows" in operations.where_to_look(check)
    assert "warehouse" in operations.where_to_look(check)
    plain = operations.how_to_look(check | {"border": "out", "example_keys": None})
    assert plain == "select * from marts.projects as each\nlimit 100"
    assert "SQL page" in operations.where_to_look(check | {"border": "out"})


@pytest.mark.parametrize("name", ["LEDGER", "QUARANTINED_ROWS", "LATEST_CHECKS", "FRESHNESS", "SILENT_FEEDS"])
def test_every_statement_of_the_records_runs(name: str, generation: Generation) -> None:
    assert operations.rows_of(generation, getattr(records, name)).counts()[0] > 0


# Findings and charts -------------------------------------------------------------------------------------------------

CHANGES = pl.DataFrame(
    {
        "mart": ["fct_a", "fct_b"],
        "rows_before": [100, 50],
        "rows_now": [90, 50],
        "change": [-10, 0],
        "change_share": [-0.1, 0.0],
    }
)


def test_the_finding_of_drift_names_what_moved_most() -> None:
    assert findings.drift(CHANGES).title == "1 of 2 marts changed; fct_a changed most, by -10.0 %"
    assert "1 shrank" in findings.drift(CHANGES).summary
    assert findings.drift(CHANGES.tail(1)).title == "No mart changed its number of rows"
    assert "nothing to compare" in findings.drift(CHANGES.clear()).summary
    new = CHANGES.head(1).with_columns(change_share=pl.lit(None, pl.Float64))
    assert "is new or gone" in findings.drift(new).title


def test_the_finding_of_generations_counts_them() -> None:
    told = pl.DataFrame(
        {"generation": ["g1"], "as_of": [datetime(2026, 1, 1)], "published_at": [datetime(2026, 1, 2)], "rows": [93]}
    )
    assert findings.generations(told).title == "1 generation since 2 Jan 2026; 93 rows now"
    assert "before they were kept" in findings.generations(told.clear()).summary
    (line,) = charts.generations(told, "light").data
    assert list(line.y) == [93]


VERDICT_ROWS = pl.DataFrame(
    {
        "check_name": ["a", "a", "b", "b"],
        "batch_id": ["1", "2", "1", "2"],
        "checked_at": [datetime(2026, 1, 1), datetime(2026, 1, 2)] * 2,
        "verdict": ["warning", "critical", "warning", "passed"],
        "unexpected_count": [4, 5, 6, 0],
    }
)


def test_the_finding_of_checks_over_time_counts_those_that_fail_each_time() -> None:
    found = findings.check_history(VERDICT_ROWS)
    assert found.title == "2 checks failed at least once in 2 batches; 1 of them each time"
    assert "a 2 times" in found.summary
    assert findings.check_history(VERDICT_ROWS.clear()).title == "No check has ever failed"
    assert findings.check_history(VERDICT_ROWS.filter(batch_id="1")).title.endswith("in 1 batch")


def test_the_verdicts_are_drawn_by_check_and_batch() -> None:
    (cells,) = charts.check_history(VERDICT_ROWS, "dark").data
    assert list(zip(cells.x, cells.y, cells.z, cells.text, strict=True)) == [
        (0, 0, 1, "4"),
        (1, 0, 2, "5"),
        (0, 1, 1, "6"),
        (1, 1, 0, ""),
    ]


def test_coverage_is_said_and_drawn_in_parts_that_sum() -> None:
    months = pl.DataFrame({"month": [date(2026, 6, 1)], "employers": [10], "watched": [8], "share": [0.8]})
    assert findings.coverage(months).title == ("Hires of 8 of 10 employers with completers could be seen in June 2026")
    assert findings.coverage(months.clear()).title == "Nobody is watched yet"
    watched, others = charts.coverage(months, "light").data
    assert (list(watched.y), list(others.y)) == ([8], [2])


def test_drift_is_drawn_with_its_sign() -> None:
    (bars,) = charts.drift(CHANGES, "light").data
    assert list(bars.x) == [-0.1, 0.0]
    assert list(bars.text) == ["-10.0 %", "+0.0 %"]


def test_the_finding_of_rows_set_aside_counts_rows_and_files() -> None:
    rows = pl.DataFrame({"file_name": ["a", "a", "b"]})
    assert findings.broken(rows, "out of range").title == "3 rows of out of range, in 2 files"
