"""A student takes back the consent to analytics, and gives it again: real deliveries, dbt and generations."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.content import contents
from pipelines.contract import ENTITIES
from tests.conftest import Project

pytestmark = pytest.mark.slow

PERSON = """
    select students.student_id, student_key
    from pseudonyms.students
    inner join marts.dim_students using (student_key)
    inner join marts.fct_engagements using (student_key)
    inner join marts.fct_hires using (student_key)
    where is_contactable
    group by all
    order by count(distinct engagement_id) desc, student_id
    limit 1
"""
"""Whoever may be contacted, was hired, and did most work."""

OF_PERSONS = {
    "dim_students": "student_key", "fct_persons": "person_key", "fct_person_outcomes": "person_key",
    "fct_person_host_outcomes": "person_key", "fct_person_host_applications": "person_key",
    "fct_hires": "person_key", "fct_offers": "person_key", "fct_graduates": "student_key",
}  # fmt: skip
"""Marts of which each row is about one person alone -> the column that says whom."""


@contextmanager
def published(project: Project, name: str = "analytics") -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a file of the current generation, as ``analytics``."""
    (path,) = sorted((project.data / "published" / "generations").glob(f"*/{name}.duckdb"))[-1:]
    with duckdb.connect() as connection:
        connection.execute(f"attach '{path}' as analytics (read_only)")
        connection.execute("use analytics")
        yield connection


@pytest.fixture(scope="module")
def project(tiny: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the tiny project, published by this very code."""
    copy = tiny.copy_to(tmp_path_factory.mktemp("withdrawal"))
    throughline(copy, "run", "--force")
    return copy


@pytest.fixture(scope="module")
def person(project: Project) -> tuple[str, str]:
    """The student's number and pseudonym."""
    with duckdb.connect(str(warehouse(project)), read_only=True) as connection:
        ((number, key),) = connection.sql(PERSON).fetchall()
    return str(number), str(key)


def warehouse(project: Project) -> Path:
    return project.data / "warehouse" / "analytics.duckdb"


def throughline(project: Project, *arguments: str) -> None:
    done = project.throughline(*arguments)
    assert done.returncode == 0, done.stdout + done.stderr


def says(project: Project, student_id: str, moment: datetime, *, consent: bool) -> None:
    """Deliver the student's row again, changed in the consent alone, at a moment before the sample's last."""
    names = ", ".join(column.name for column in ENTITIES["students"].columns)
    with duckdb.connect(str(warehouse(project)), read_only=True) as connection:
        sql = f"select {names} from raw.students where student_id = ? order by _version_at limit 1"
        row = connection.execute(sql, [student_id]).pl()
    folder = project.data / "landing" / f"consents-{moment:%H}"
    folder.mkdir()
    (folder / "delivery.toml").write_text(
        f'source = "consents"\ndelivered_at = {moment:%Y-%m-%dT%H:%M:%SZ}\ndelivery = "changes"\nsynthetic = true\n'
    )
    row.with_columns(consent_analytics=pl.lit(consent), updated_at=pl.lit(moment)).write_parquet(
        folder / "students.parquet"
    )
    throughline(project, "run")


def texts(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Every text of every column of every mart."""
    columns = connection.sql("""
        select table_name, column_name from duckdb_columns() where schema_name = 'marts' and data_type = 'VARCHAR'
    """).fetchall()
    return {
        str(text)
        for table, name in columns
        for (text,) in connection.sql(f'select distinct "{name}" from marts.{table}').fetchall()
    }


def rows(connection: duckdb.DuckDBPyConnection, mart: str, where: str) -> list[tuple[object, ...]]:
    return connection.sql(f"select * from marts.{mart} where {where} order by all").fetchall()


def contacts(project: Project) -> list[tuple[object, ...]]:
    with published(project, "restricted") as connection:
        return connection.sql("select * from contacts order by all").fetchall()


def test_who_withdraws_is_in_no_row_and_nobody_else_changes_and_consenting_again_undoes_it(
    project: Project, person: tuple[str, str]
) -> None:
    number, key = person
    others = {mart: f"{column} is distinct from '{key}'" for mart, column in OF_PERSONS.items()}
    with published(project) as connection:
        before, whole = contents(connection, ["marts"]), texts(connection)
        without = {mart: rows(connection, mart, where) for mart, where in others.items()}
        hers = connection.sql(f"select count(*) from marts.fct_applications where student_key = '{key}'").fetchall()[0][
            0
        ]
    known = contacts(project)
    assert key in whole
    assert key in {contact[0] for contact in known}
    assert hers

    says(project, number, datetime(2026, 6, 30, 12), consent=False)
    with published(project) as connection:
        after = contents(connection, ["marts"])
        assert key not in texts(connection)
        assert {mart: rows(connection, mart, "true") for mart in others} == without
        assert after["marts.fct_applications"].rows == before["marts.fct_applications"].rows - hers
        assert connection.sql("select withdrawn_count from meta.withdrawals").fetchall() == [(1,)]
    assert contacts(project) == [contact for contact in known if contact[0] != key]
    assert "withdrawn   1 student " in project.throughline("status").stdout
    with duckdb.connect(str(warehouse(project)), read_only=True) as connection:
        found = connection.execute("select count(*) from raw.applications where student_id = ?", [number]).fetchall()
    assert found[0][0] >= hers

    says(project, number, datetime(2026, 6, 30, 18), consent=True)
    with published(project) as connection:
        assert contents(connection, ["marts"]) == before
        assert connection.sql("select withdrawn_count from meta.withdrawals").fetchall() == [(0,)]
    assert contacts(project) == known
    assert "withdrawn " not in project.throughline("status").stdout
