"""The border in and the border out, on real DuckDB files: one good, one where every rule is broken."""

import json
import socket
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.contract import ENTITIES
from pipelines.current import NothingToValidate
from pipelines.settings import Settings
from pipelines.validate import ValidationReport, ValidationResult, audit, validate
from pipelines.warehouse import open_warehouse, prepare

AS_OF = "2026-01-01 00:00:00"
TYPED = "something-a-person-typed"

Rows = dict[str, list[dict[str, Any]]]

GOOD: Rows = {
    "employers": [
        {"employer_id": "e1", "name": "Ada Mills", "joined_at": "2022-01-01"},
        {"employer_id": "e2", "name": "Ada Looms", "parent_employer_id": "e1", "joined_at": "2022-01-01"},
    ],
    "students": [
        {"student_id": f"s{n}", "joined_at": "2022-01-01", "consent_analytics": True, "consent_contact": False}
        for n in range(4)
    ],
    "student_emails": [{"student_id": "s1", "email": "ada@example.org"}],
    "projects": [
        {
            "project_id": f"p{n}",
            "employer_id": "e1",
            "hours_estimated": 20,
            "fee_usd": fee,
            "platform_fee_usd": 40,
            "funded_by": "employer",
            "slots": 1,
            "posted_at": posted,
            "closed_at": "2025-12-31",
        }
        for n, (fee, posted) in enumerate([(300, "2023-12-31"), (400, "2025-12-20")])
    ],
    "applications": [
        {"application_id": f"a{n}", "project_id": "p1", "student_id": f"s{n}", "applied_at": "2025-12-25"}
        for n in range(4)
    ],
    "application_events": [
        {"event_id": "v1", "application_id": "a1", "event_type": "selected", "occurred_at": "2025-12-26"}
    ],
    "engagements": [
        {
            "engagement_id": "g1",
            "application_id": "a1",
            "accepted_at": "2025-12-26",
            "started_at": "2025-12-27",
            "submitted_at": "2025-12-28",
            "approved_at": "2025-12-29",
        }
    ],
    "feedback": [
        {
            "feedback_id": "f1",
            "engagement_id": "g1",
            "author_role": "employer",
            "rating": 5,
            "submitted_at": "2025-12-30",
        }
    ],
    "ats_candidates": [{"system": "hr", "candidate_id": "c1", "employer_id": "e1"}],
    "ats_applications": [
        {
            "system": "hr",
            "application_id": "h1",
            "candidate_id": "c1",
            "employer_id": "e1",
            "applied_at": "2025-12-01",
            "hired_at": "2025-12-20",
        }
    ],
    "ats_offers": [
        {
            "system": "hr",
            "offer_id": "o1",
            "version": 1,
            "application_id": "h1",
            "status": "accepted",
            "sent_at": "2025-12-10",
            "resolved_at": "2025-12-12",
            "starts_at": "2026-02-01",
        }
    ],
    "employments": [
        {
            "employment_id": "m1",
            "employer_id": "e1",
            "system": "hr",
            "candidate_id": "c1",
            "start_date": "2025-12-20",
        }
    ],
    "outcome_feeds": [
        {"employer_id": "e1", "system": "hr", "observable_from": "2024-01-01", "last_synced_at": "2025-12-30"}
    ],
}

BAD: Rows = {
    "employers": [{"employer_id": "e3", "name": None, "parent_employer_id": "e3", "joined_at": "2022-01-01"}],
    "student_emails": [{"student_id": "nobody", "email": "lost@example.org"}],
    "projects": [
        {**GOOD["projects"][0], "project_id": "p7", "fee_usd": 299},
        {**GOOD["projects"][1], "project_id": "p8", "fee_usd": 399, "platform_fee_usd": 500, "funded_by": TYPED},
        {**GOOD["projects"][1], "project_id": "p9", "slots": 0, "closed_at": "2025-12-01"},
    ],
    "applications": [{**GOOD["applications"][0], "application_id": "a9", "project_id": "lost"}],
    "application_events": [{**GOOD["application_events"][0], "event_id": "v9", "occurred_at": "2025-12-24"}],
    "engagements": [
        {
            **GOOD["engagements"][0],
            "engagement_id": "g9",
            "started_at": "2025-12-25",
            "submitted_at": "2025-12-24",
            "approved_at": "2025-12-23",
            "cancelled_at": "2025-12-27",
        }
    ],
    "ats_applications": [{**GOOD["ats_applications"][0], "application_id": "h9", "hired_at": "2025-11-01"}],
    "ats_offers": [{**GOOD["ats_offers"][0], "offer_id": "o9", "resolved_at": "2025-12-01", "starts_at": "2025-12-02"}],
    "employments": [
        {"employment_id": "m8", "employer_id": "e1", "start_date": "2025-12-20", "email": "ada@example.org"},
        {"employment_id": "m9", "start_date": "2025-12-20", "end_date": "2025-12-19"},
    ],
    "outcome_feeds": [
        {
            "employer_id": "e2",
            "system": "hr",
            "observable_from": "2024-01-01",
            "last_synced_at": "2025-11-20",
        },
        {"employer_id": "e2", "system": "old", "observable_from": "2024-01-01", "observable_to": "2023-01-01"},
    ],
}


def provenance(**changed: Any) -> dict[str, Any]:
    return {
        "_source": "platform",
        "_file_id": "file-1",
        "_delivered_at": "2025-12-31",
        "_batch_id": "b1",
        "_loaded_at": "2026-01-02",
        "_is_deleted": False,
        "_version_at": changed.get("_delivered_at", "2025-12-31"),
        **changed,
    }


def load(connection: duckdb.DuckDBPyConnection, entity: str, row: dict[str, Any]) -> None:
    columns = ", ".join(f'"{name}"' for name in row)
    connection.execute(f"insert into raw.{entity} ({columns}) values ({', '.join('?' * len(row))})", list(row.values()))


def warehouse(folder: Path, *planted: Rows) -> Settings:
    settings = Settings(data=folder)
    with open_warehouse(settings.warehouse_path) as connection:
        prepare(connection)
        connection.execute("insert into ops.as_of values (?)", [AS_OF])
        connection.execute("insert into ops.batches (batch_id, started_at) values ('b1', ?)", [AS_OF])
        for rows in planted:
            for entity, several in rows.items():
                for row in several:
                    load(connection, entity, {**provenance(), **row})
    return settings


def offline(patch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError("a check opened a network connection")

    patch.setattr(socket.socket, "connect", refuse)


def found(report: ValidationReport, entity: str, rule: str, column: str | None = None) -> ValidationResult:
    matching = [
        each
        for each in report.results
        if (each.entity, each.rule) == (entity, rule) and (column is None or each.column_name == column)
    ]
    assert len(matching) == 1, f"{len(matching)} results for {entity}: {rule}"
    return matching[0]


@pytest.fixture(scope="session")
def good(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, ValidationReport]:
    settings = warehouse(tmp_path_factory.mktemp("good"), GOOD)
    with pytest.MonkeyPatch.context() as patch:
        offline(patch)
        return settings, validate(settings, "b1")


@pytest.fixture(scope="session")
def bad(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, ValidationReport]:
    settings = warehouse(tmp_path_factory.mktemp("bad"), GOOD, BAD)
    with open_warehouse(settings.warehouse_path) as connection:
        twice = {**provenance(), **GOOD["feedback"][0], "rating": 9}
        load(connection, "feedback", twice)
        connection.execute("update raw.application_events set occurred_at = occurred_at - interval 60 day")
        connection.execute("alter table raw.costs drop column amount_usd")
        connection.execute("drop table raw.first_destinations")
    return settings, validate(settings, "b1")


def test_good_data_pass_every_rule(good: tuple[Settings, ValidationReport]) -> None:
    _, report = good
    assert not [each.sentence for each in report.results if not each.is_success]
    assert {each.entity for each in report.results if each.rule != "schema"} == set(GOOD)
    assert {each.entity for each in report.results if each.rule == "schema"} == set(ENTITIES)


BROKEN = [
    ("employers", "owns itself", "parent_employer_id", 1, 3, ["e3"]),
    ("employers", "missing value", "name", 1, 3, ["e3"]),
    ("projects", "fee under the floor", "fee_usd", 2, 5, ["p7", "p8"]),
    ("projects", "platform fee above the fee", "platform_fee_usd", 1, 5, ["p8"]),
    ("projects", "closed before posted", "closed_at", 1, 5, ["p9"]),
    ("projects", "allowed values", "funded_by", 1, 5, ["p8"]),
    ("projects", "range", "slots", 1, 5, ["p9"]),
    ("applications", "unknown reference", "project_id", 1, 5, ["a9"]),
    ("application_events", "selected before applied", "occurred_at", 2, 2, ["v1", "v9"]),
    ("application_events", "stale", "occurred_at", 1, 1, None),
    ("engagements", "started before accepted", "started_at", 1, 2, ["g9"]),
    ("engagements", "submitted before started", "submitted_at", 1, 2, ["g9"]),
    ("engagements", "approved before started", "approved_at", 1, 2, ["g9"]),
    ("engagements", "approved and cancelled", "cancelled_at", 1, 2, ["g9"]),
    ("ats_applications", "hired before applied", "hired_at", 1, 2, ["hr / h9"]),
    ("ats_offers", "resolved before sent", "resolved_at", 1, 2, ["hr / o9 / 1"]),
    ("ats_offers", "starts before sent", "starts_at", 1, 2, ["hr / o9 / 1"]),
    ("employments", "ended before started", "end_date", 1, 3, ["m9"]),
    ("employments", "nobody's", "candidate_id", 1, 3, ["m9"]),
    ("outcome_feeds", "feed went silent", "last_synced_at", 1, 3, ["e2 / hr"]),
    ("outcome_feeds", "observed backwards", "observable_to", 1, 3, ["e2 / old"]),
]


@pytest.mark.parametrize(("entity", "rule", "column", "unexpected", "checked", "keys"), BROKEN)
def test_a_broken_rule_is_a_warning_with_its_share_and_keys(
    bad: tuple[Settings, ValidationReport],
    entity: str,
    rule: str,
    column: str | None,
    unexpected: int,
    checked: int,
    keys: list[str] | None,
) -> None:
    result = found(bad[1], entity, rule, column)
    assert (result.is_success, result.severity) == (False, "warning")
    assert (result.unexpected_count, result.checked_count) == (unexpected, checked)
    assert result.unexpected_share == pytest.approx(unexpected / checked)
    assert (json.loads(result.example_keys) if result.example_keys else None) == keys


@pytest.mark.parametrize(
    ("entity", "rule"),
    [
        ("costs", "schema"),
        ("first_destinations", "schema"),
        ("feedback", "duplicate key"),
        ("applications", "unknown reference above 1 %"),
        ("student_emails", "unknown reference above 1 %"),
    ],
)
def test_schema_keys_and_orphans_are_critical(bad: tuple[Settings, ValidationReport], entity: str, rule: str) -> None:
    critical = {(each.entity, each.rule) for each in bad[1].critical_failures}
    assert (entity, rule) in critical


def test_nothing_else_is_critical(bad: tuple[Settings, ValidationReport]) -> None:
    rules = {each.rule for each in bad[1].critical_failures}
    assert rules == {"schema", "duplicate key", "unknown reference above 1 %"}
    assert "first_destinations" not in {each.entity for each in bad[1].results if each.rule != "schema"}


def test_a_missing_column_is_named(bad: tuple[Settings, ValidationReport]) -> None:
    assert json.loads(found(bad[1], "costs", "schema").example_keys or "[]") == ["amount_usd"]


def test_a_person_s_key_is_never_shown(bad: tuple[Settings, ValidationReport]) -> None:
    result = found(bad[1], "student_emails", "unknown reference")
    assert (result.unexpected_count, result.example_keys) == (1, None)


def test_results_hold_no_raw_values(bad: tuple[Settings, ValidationReport]) -> None:
    settings, report = bad
    pages = "".join(page.read_text() for page in report.docs.parent.rglob("*.html"))
    with open_warehouse(settings.warehouse_path, read_only=True) as connection:
        recorded = str(connection.sql("from ops.validation_results").fetchall())
    assert "funded_by" in pages
    assert "funded_by" in recorded
    for value in (TYPED, "example.org"):
        assert value not in pages
        assert value not in recorded


def test_data_docs_are_written_beside_the_warehouse(good: tuple[Settings, ValidationReport]) -> None:
    settings, report = good
    assert report.docs == settings.warehouse_dir / "data_docs" / "border_in" / "index.html"
    assert report.docs.read_text().lower().startswith("<!doctype html")


def test_results_are_recorded_as_reported(good: tuple[Settings, ValidationReport]) -> None:
    settings, report = good
    with open_warehouse(settings.warehouse_path, read_only=True) as connection:
        assert connection.sql("from ops.validation_results").fetchall() == report.rows()


def test_a_message_names_rule_count_share_and_keys(bad: tuple[Settings, ValidationReport]) -> None:
    assert found(bad[1], "projects", "fee under the floor").sentence == (
        "projects.fee_usd: fee under the floor: 2 of 5 (40.00%). Expected: An estimated hour is paid with 20 USD or "
        "more (15 before 2024-01-01).; for example p7, p8"
    )


def test_one_orphan_in_two_hundred_is_a_warning(tmp_path: Path) -> None:
    many = [{**GOOD["applications"][0], "application_id": f"x{n}", "student_id": "s1"} for n in range(199)]
    lost = [{**GOOD["applications"][0], "application_id": "x199", "student_id": "lost"}]
    parents = {entity: GOOD[entity] for entity in ("employers", "students", "projects")}
    report = validate(warehouse(tmp_path, parents, {"applications": [*many, *lost]}), "b1")
    assert found(report, "applications", "unknown reference", "student_id").unexpected_share == 0.005
    assert report.critical_failures == ()


def test_only_current_rows_are_checked(tmp_path: Path) -> None:
    wrong = {**GOOD["projects"][1], "employer_id": "e1", "fee_usd": 1}
    settings = warehouse(tmp_path, {"employers": GOOD["employers"]})
    with open_warehouse(settings.warehouse_path) as connection:
        load(connection, "projects", {**provenance(_delivered_at="2025-12-01"), **wrong})
        load(connection, "projects", {**provenance(_file_id="file-2"), **GOOD["projects"][1]})
        load(connection, "projects", {**provenance(_delivered_at="2025-12-01"), **wrong, "project_id": "gone"})
        load(connection, "projects", {**provenance(_file_id="file-2", _is_deleted=True), **wrong, "project_id": "gone"})
        load(connection, "projects", {**provenance(_delivered_at="2026-01-02"), **wrong, "project_id": "too late"})
    result = found(validate(settings, "b1"), "projects", "fee under the floor")
    assert (result.checked_count, result.unexpected_count) == (1, 0)


def test_results_of_older_batches_are_kept(tmp_path: Path) -> None:
    settings = warehouse(tmp_path, {"employers": GOOD["employers"]})
    for batch in ("b1", "b2", "b2"):
        report = validate(settings, batch)
    with open_warehouse(settings.warehouse_path, read_only=True) as connection:
        rows = connection.sql(
            "select batch_id, count(*) from ops.validation_results group by all order by 1"
        ).fetchall()
    assert rows == [("b1", len(report.results)), ("b2", len(report.results))]


def test_an_empty_warehouse_is_said_to_be_empty(tmp_path: Path) -> None:
    with pytest.raises(NothingToValidate, match="Ingest first"):
        validate(Settings(data=tmp_path), "b1")


# The border out ------------------------------------------------------------------------------------------------------

MARTS = """
    create schema marts;
    create table marts.dim_employers as select 'e1' as employer_id, 'Ada Mills' as name;
    create table marts.dim_students as
        select 'k1' as student_key, 1 as has_analytics_consent, 'woman' as gender, null as race_ethnicity,
            1 as first_generation, 0 as pell_recipient, null as gpa_band, 'OH' as state
        union all select 'k2', 0, null, null, null, null, null, null;
    create table marts.fct_projects as
        select 'p1' as project_id, 'Write' as title, 2 as application_count, 1 as is_mature_14_days,
            1 as is_mature_30_days, 0 as is_mature_60_days, 0 as is_filled_14_days, 1 as is_filled_30_days,
            0 as is_filled_60_days;
    create table marts.fct_applications as
        select 'a' || n as application_id, 'p1' as project_id, 'e1' as employer_id, 1 as is_mature_30_days,
            0 as is_selected_30_days, 0 as is_selected_ever, 'shortlisted' as furthest_stage, 2 as furthest_stage_rank
        from range(2) as numbers(n);
    create table marts.fct_engagements as
        select 'g1' as engagement_id, 1 as is_approved, timestamp '2025-12-29' as approved_at,
            1 as is_completed_in_time, 1 as is_mature_completion;
    create table marts.fct_person_host_outcomes as
        select 'h1' as person_host_key, 1 as event_code, 1 as is_at_risk, 0 as is_pre_existing, 0 as entry_days,
            90 as exit_days, 1 as is_mature_180_days, 1 as is_hired_180_days, 0 as is_mature_365_days,
            0 as is_hired_365_days, 0 as is_mature_730_days, 0 as is_hired_730_days;
    create table marts.agg_hire_through_curve as
        select 'completion' as clock, 'platform' as scope_id, 90 as day, 0.1::double as host_incidence,
            0.05::double as host_lower, 0.2::double as host_upper, 0.4::double as elsewhere_incidence,
            0.5::double as survival;
    create table marts.agg_first_application_curve as
        select 'platform' as scope_id, 2 as day, 0.5::double as first_application_incidence,
            0.2::double as first_application_lower, 0.7::double as first_application_upper,
            0.1::double as closed_incidence, 0.4::double as waiting_share;
    create table marts.agg_retention_curve as
        select 'platform' as scope_id, 'neither' as came_by, 90 as day, 20 as at_risk_count, 1 as left_count,
            0.95::double as retained_share, 0.7::double as retained_lower, 0.99::double as retained_upper;
    create table marts.agg_employer_month as
        select 'e1:2025-12-01' as employer_month_key, 1 as engagement_count, 400 as fee_usd,
            2 as engagement_count_12_months, 800 as fee_12_months_usd;
    create table marts.agg_category_months as
        select 'writing:2025-12-01' as category_month_key, 3 as applicants_30_days, 2 as open_slots;
    create table marts.agg_peer_benchmarks as
        select 'e1:on_time_rate:all:all' as peer_benchmark_key, 1 as is_shown, 5 as peer_count, 8 as numerator,
            9 as denominator;
"""

SPOILED = """
    insert into marts.dim_employers values ('e1', 'ada@example.org');
    insert into marts.dim_students values ('k3', 0, 'man', null, null, null, null, null);
    alter table marts.dim_students add column note varchar;
    comment on column marts.dim_students.note is 'Said.';
    update marts.dim_students set note = 'write to ada@example.org' where student_key = 'k1';
    alter table marts.dim_students add column given_name varchar;
    insert into marts.fct_projects values ('p2', 'Read', -1, 0, 0, 0, 1, 0, 0);
    insert into marts.fct_applications values ('a8', 'p1', 'lost', 1, 0, 0, 'applied', 1);
    insert into marts.fct_applications values ('a9', 'p1', null, 0, 1, 0, 'selected', 2);
    insert into marts.fct_engagements values ('g2', 1, null, 1, 0);
    insert into marts.fct_person_host_outcomes values ('h2', 3, 1, 1, 9, 9, 0, 1, 0, 0, 0, 2);
    insert into marts.agg_employer_month values ('e1:2026-01-01', 3, 400, 2, 800);
    insert into marts.agg_hire_through_curve values ('completion', 'platform', 91, 1.5, 0.05, 0.2, 0.4, 0.5);
    insert into marts.agg_category_months values ('writing:2026-01-01', 3, -1);
    insert into marts.agg_peer_benchmarks values ('e1:on_time_rate:all:data', 1, 4, 10, 9);
"""


def published(folder: Path, *statements: str) -> Path:
    path = folder / "analytics.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(MARTS)
        for table, column in connection.sql(
            "select table_name, column_name from duckdb_columns() where not internal"
        ).fetchall():
            connection.execute(f"comment on column marts.{table}.{column} is 'Described.'")
            connection.execute(f"comment on table marts.{table} is 'One row per row.'")
        for statement in statements:
            connection.execute(statement)
    return path


@pytest.fixture(scope="session")
def spoiled(tmp_path_factory: pytest.TempPathFactory) -> ValidationReport:
    folder = tmp_path_factory.mktemp("spoiled")
    return audit(warehouse(folder), published(folder, SPOILED))


def test_a_sound_file_passes_the_audit(tmp_path: Path) -> None:
    settings, file = warehouse(tmp_path), published(tmp_path)
    report = audit(settings, file)
    assert not [each.sentence for each in report.results if not each.is_success]
    assert report.docs == settings.warehouse_dir / "data_docs" / "border_out" / "index.html"
    with open_warehouse(settings.warehouse_path, read_only=True) as connection:
        assert connection.sql("select distinct border, batch_id from ops.validation_results").fetchall() == [
            ("out", "b1")
        ]
    assert {path.name for path in tmp_path.iterdir()} == {"analytics.duckdb", "warehouse"}


SPOILT = [
    ("dim_employers", "duplicate key", "employer_id", ["e1"]),
    ("dim_students", "attributes without consent", None, ["k3"]),
    ("dim_students", "looks like an e-mail address", "note", None),
    ("dim_students", "no comment", None, ["given_name"]),
    ("dim_students", "private column", None, ["given_name"]),
    ("fct_projects", "applications disagree", "application_count", ["p1", "p2"]),
    ("fct_projects", "filled but not mature", None, ["p2"]),
    ("fct_projects", "count", "application_count", None),
    ("fct_applications", "employer without a row", "employer_id", ["a8"]),
    ("fct_applications", "unknown employer above 1 %", "employer_id", ["a9"]),
    ("fct_applications", "selected but not mature", None, ["a9"]),
    ("fct_applications", "stage and rank disagree", "furthest_stage_rank", ["a9"]),
    ("fct_engagements", "completed but not mature", None, ["g2"]),
    ("fct_engagements", "approved without a time", "is_approved", ["g2"]),
    ("fct_person_host_outcomes", "event", "event_code", None),
    ("fct_person_host_outcomes", "flag", "is_hired_730_days", None),
    ("fct_person_host_outcomes", "hired but not mature", None, ["h2"]),
    ("fct_person_host_outcomes", "at risk for no time", None, ["h2"]),
    ("fct_person_host_outcomes", "at risk although pre-existing", None, ["h2"]),
    ("agg_employer_month", "month above its year", None, ["e1:2026-01-01"]),
    ("agg_category_months", "stock below zero", None, ["writing:2026-01-01"]),
    ("agg_peer_benchmarks", "too few peers shown", "peer_count", ["e1:on_time_rate:all:data"]),
    ("agg_peer_benchmarks", "more counted than there were", "numerator", ["e1:on_time_rate:all:data"]),
    ("agg_hire_through_curve", "rate", "host_incidence", None),
    ("agg_hire_through_curve", "outside its band", "host_incidence", ["completion / platform / 91"]),
    ("agg_hire_through_curve", "parts do not sum to one", None, ["completion / platform / 91"]),
]


@pytest.mark.parametrize(("mart", "rule", "column", "keys"), SPOILT)
def test_a_spoilt_mart_is_refused(
    spoiled: ValidationReport, mart: str, rule: str, column: str | None, keys: list[str] | None
) -> None:
    result = found(spoiled, mart, rule, column)
    assert result in spoiled.critical_failures
    if keys is not None:
        assert json.loads(result.example_keys or "[]") == keys


def test_an_address_in_what_people_type_is_a_warning(spoiled: ValidationReport) -> None:
    result = found(spoiled, "dim_employers", "looks like an e-mail address", "name")
    assert result in spoiled.warnings
    assert result.example_keys is None


def test_a_rule_that_cannot_be_checked_has_failed(tmp_path: Path) -> None:
    file = published(tmp_path, "alter table marts.fct_engagements drop column is_mature_completion")
    report = audit(warehouse(tmp_path), file)
    result = found(report, "fct_engagements", "completed but not mature")
    assert result in report.critical_failures
    assert "could not be checked" in result.description


def test_the_time_of_checking_is_kept_in_utc_without_a_zone(good: tuple[Settings, ValidationReport]) -> None:
    assert good[1].checked_at.tzinfo is None
    assert isinstance(good[1].checked_at, datetime)
