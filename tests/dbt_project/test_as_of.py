"""Golden test k: as_of moved back reproduces the older report, whatever was delivered since.

On the tiny sample, the whole raw history seen from a past moment is held, table for table, against a warehouse that
never received the later deliveries; and by hand, one case for each thing that a later delivery may do.
"""

import shutil
import tomllib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from pipelines.publish import write_restricted
from tests.conftest import Project
from tests.dbt_project.marketplace import Built, Marketplace, build_untested

pytestmark = pytest.mark.slow

Digest = tuple[int, int]
"""How many rows a table has, and the sum of their hashes: the same in any order of rows."""

CHANGES = {
    "late rows": "select count(*) from raw.applications where _delivered_at > $1 and applied_at <= $1",
    "corrections": """
        select count(*) from raw.projects as older inner join raw.projects as newer using (project_id)
        where older._delivered_at <= $1 and newer._delivered_at > $1""",
    "deletions": "select count(*) from raw.employers where _delivered_at > $1 and _is_deleted",
    "merges": """
        select count(*) from raw.ats_candidates as older inner join raw.ats_candidates as newer using (candidate_id)
        where older._delivered_at <= $1 and newer._delivered_at > $1 and newer.merged_into_candidate_id is not null""",
}
"""What deliveries after a moment did to what was known by then, counted in the raw history."""


def query(project: Project, sql: str, *parameters: object) -> list[tuple[object, ...]]:
    warehouse = project.data / "warehouse" / "analytics.duckdb"
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(sql, list(parameters)).fetchall()


def latest_as_of(project: Project) -> datetime:
    ((moment,),) = query(project, "select as_of from ops.as_of")
    assert isinstance(moment, datetime)
    return moment


def digests(project: Project) -> dict[str, Digest]:
    tables = query(project, "select table_name from duckdb_tables() where schema_name = 'marts' order by 1")
    found = {}
    for (table,) in tables:
        sql = f"select count(*), coalesce(sum(cast(hash(held) as hugeint)), 0) from marts.{table} as held"
        ((rows, digest),) = query(project, sql)
        found[str(table)] = (int(str(rows)), int(str(digest)))
    return found


def delivered_by(tiny: Project, moment: datetime, folder: Path) -> Project:
    """Return a project with the same key whose landing folder holds what was delivered up to a moment, and no more."""
    project = Project(folder)
    shutil.copytree(tiny.data.parent / "secrets", folder / "secrets")
    landing = tiny.data / "landing"
    for declared in landing.rglob("delivery.toml"):
        delivered_at = tomllib.loads(declared.read_text())["delivered_at"].replace(tzinfo=None)
        if delivered_at <= moment:
            shutil.copytree(declared.parent, project.data / declared.parent.relative_to(tiny.data))
    return project


def throughline(project: Project, *arguments: str) -> None:
    done = project.throughline(*arguments)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_report_of_90_days_ago_is_the_one_that_was_made_then(tiny: Project, tmp_path: Path) -> None:
    moment = latest_as_of(tiny) - timedelta(days=90)
    changes = {name: query(tiny, sql, moment)[0][0] for name, sql in CHANGES.items()}
    assert all(changes.values()), changes
    whole = tiny.copy_to(tmp_path / "whole")
    throughline(whole, "build", "--as-of", moment.isoformat())
    then = delivered_by(tiny, moment, tmp_path / "then")
    throughline(then, "ingest", "--as-of", moment.isoformat())
    throughline(then, "build", "--as-of", moment.isoformat())
    looking_back, made_then, now = digests(whole), digests(then), digests(tiny)
    assert set(looking_back) == set(made_then) >= {"fct_applications", "fct_hires", "fct_person_host_outcomes"}
    assert {table for table in made_then if looking_back[table] != made_then[table]} == set()
    assert all(made_then[table] != now[table] for table in ("fct_projects", "fct_applications", "agg_employer_month"))


DONE = datetime(2024, 3, 1)
BEFORE, DELIVERED, AFTER = datetime(2025, 10, 1), datetime(2025, 11, 1), datetime(2026, 1, 1)


def changed_later() -> Marketplace:
    """Return six things of 2024, each of which a delivery of November 2025 changes."""
    market = Marketplace()
    market.employer("host", observed=(date(2020, 1, 1), None))
    market.project("late", "host", DONE, _delivered_at=DELIVERED)

    market.project("corrected", "host", DONE, category="sales")
    again = {"project_id": "corrected", "employer_id": "host", "posted_at": DONE, "slots": 1, "funded_by": "employer"}
    money = {"fee_usd": 700, "platform_fee_usd": 70, "category": "research"}
    market.add("projects", {**again, **money, "_delivered_at": DELIVERED})

    market.project("deleted", "host", DONE)
    market.add("projects", {**again, **money, "project_id": "deleted", "_delivered_at": DELIVERED, "_is_deleted": True})

    market.student("ann", emails=("ann@home.net",))
    market.completion("ann", "host", "ann", DONE)
    market.candidate("c-old", "host")
    market.candidate("c-new", "host", emails=("ann@home.net",))
    market.employment("hire", date(2024, 6, 1), employer_id="host", system="ats", candidate_id="c-old")
    merged = {"system": "ats", "candidate_id": "c-old", "employer_id": "host", "merged_into_candidate_id": "c-new"}
    market.add("ats_candidates", {**merged, "_delivered_at": DELIVERED})

    market.student("bob")
    market.completion("bob", "host", "bob", DONE)
    consents = {"joined_at": datetime(2020, 1, 1), "consent_analytics": False, "consent_contact": True}
    market.add("students", {"student_id": "bob", **consents, "_delivered_at": DELIVERED})
    no_contact = {**consents, "consent_analytics": True, "consent_contact": False}
    market.add("students", {"student_id": "ann", **no_contact, "_delivered_at": DELIVERED})
    return market


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[datetime, Built]]:
    """The six things, seen from before that delivery and from after it."""
    built = {}
    for moment in (BEFORE, AFTER):
        market = changed_later()
        market.as_of = moment
        built[moment] = build_untested(market, tmp_path_factory.mktemp("seen"))
    yield built
    for each in built.values():
        each.connection.close()


def test_a_row_that_came_late_is_not_in_the_older_report(seen: dict[datetime, Built]) -> None:
    sql = "select count(*) from marts.fct_projects where project_id = 'late'"
    assert [seen[moment].one(sql) for moment in (BEFORE, AFTER)] == [(0,), (1,)]


def test_the_older_report_shows_what_was_corrected_later(seen: dict[datetime, Built]) -> None:
    sql = "select fee_usd, category from marts.fct_projects where project_id = 'corrected'"
    assert [seen[moment].one(sql) for moment in (BEFORE, AFTER)] == [(500, "sales"), (700, "research")]


def test_the_older_report_shows_what_was_deleted_later(seen: dict[datetime, Built]) -> None:
    sql = "select count(*) from marts.fct_projects where project_id = 'deleted'"
    assert [seen[moment].one(sql) for moment in (BEFORE, AFTER)] == [(1,), (0,)]


def test_candidates_merged_later_are_two_in_the_older_report(seen: dict[datetime, Built]) -> None:
    hires = "select count(*), count(student_key) from marts.fct_hires"
    assert [seen[moment].one(hires) for moment in (BEFORE, AFTER)] == [(1, 0), (1, 1)]
    pairs = "select event, is_hired_365_days from marts.fct_person_host_outcomes"
    assert [seen[moment].one(pairs) for moment in (BEFORE, AFTER)] == [("none", 0), ("host", 1)]


def test_a_consent_withdrawn_later_is_none_in_the_older_report_too(seen: dict[datetime, Built]) -> None:
    """As an erasure, a withdrawal acts on the past: ann's row alone is left, whenever one looks from."""
    for mart in ("dim_students", "fct_applications", "fct_person_host_outcomes"):
        sql = f"select count(*) from marts.{mart}"
        assert [seen[moment].one(sql) for moment in (BEFORE, AFTER)] == [(1,), (1,)], mart


def test_who_took_back_the_consent_to_contact_is_named_in_no_older_report(
    seen: dict[datetime, Built], tmp_path: Path
) -> None:
    for moment, report in seen.items():
        assert report.one("select is_contactable from marts.dim_students") == (False,)
        restricted = tmp_path / f"{moment:%Y}.duckdb"
        write_restricted(report.path, restricted)
        with duckdb.connect(str(restricted), read_only=True) as connection:
            assert connection.sql("from contacts").fetchall() == [], moment
