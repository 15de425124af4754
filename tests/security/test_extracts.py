"""An employer's extract as a file: no tool finds another employer in it, a person, or the day of a hire elsewhere."""

from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from dashboards.access.viewer import Viewer
from dashboards.database import current_generation
from dashboards.extract.cutting import extract_of
from tests.security.canaries import WANDERER, Canary
from tests.security.collecting import Haul
from tests.security.decoding import database_texts
from tests.security.marks import Marks
from tests.security.viewers import HOSTS, OF_HOST

LEAST_DAYS = 40
"""Numbers below are counts and ratings; a wanderer starts elsewhere months after the work."""

OWN = {"word", "project_id", "application", "engagement", "hire", "offer", "amount of fee", "amount of agency",
       "amount of salary resident", "moment of posted", "moment of approved wanderer", "employer's name"}  # fmt: skip
"""Kinds of marks of its own that an extract holds: had it none, it would hold none of anybody else either."""


def cut(host: str) -> Path:
    return extract_of(current_generation(), host).path


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.usefixtures("published")
def test_no_table_and_no_byte_of_an_extract_is_another_ones(host: str, marks: Marks) -> None:
    haul, path = Haul(), cut(host)
    for where, text in database_texts(path):
        haul.add(where, text)
    found = haul.marks(marks)
    assert haul.foreign(marks, OF_HOST[host]) == []
    assert not {mark.kind for mark in found} & {"contact", "personal", "pseudonym"}
    assert {mark.kind for mark in found} >= OWN
    strange = [mark for mark in marks.seen_in_bytes(path.read_bytes()) if not mark.is_open_to((host,))]
    assert strange == []


@pytest.mark.usefixtures("published")
def test_the_search_finds_everybody_in_the_published_file(marks: Marks) -> None:
    haul, path = Haul(), current_generation().path
    for where, text in database_texts(path):
        haul.add(where, text)
    assert {host for mark in haul.marks(marks) for host in mark.owners} >= {*HOSTS}
    assert haul.foreign(marks, Viewer("leadership", "leadership")) == [], "it names no person to anybody"
    assert {host for mark in marks.seen_in_bytes(path.read_bytes()) for host in mark.owners} >= {*HOSTS}


@pytest.mark.usefixtures("published")
def test_no_two_extracts_call_a_person_by_the_same_key() -> None:
    seen: set[str] = set()
    for host in HOSTS:
        own = keys(cut(host))
        assert own
        assert not own & seen
        seen |= own
    assert not keys(current_generation().path) & seen


def keys(path: Path) -> set[str]:
    """Return every key of a person in a file, in whatever column it stands."""
    with duckdb.connect(str(path), read_only=True) as connection:
        columns = connection.sql("""
            select schema_name || '.' || table_name, column_name from duckdb_columns()
            where column_name similar to '(person|student)_(host_)?(application_)?key'
        """).fetchall()
        return {
            key
            for table, column in columns
            for (key,) in connection.sql(f"select distinct split_part({column}, ':', 1) from {table}").fetchall()
            if key is not None
        }


@pytest.mark.parametrize("host", ["E00001", "E00901", "E00903"])
@pytest.mark.usefixtures("published")
def test_a_hire_elsewhere_has_a_month_and_no_day(host: str, flock: list[Canary]) -> None:
    """Neither as a date, nor as days counted from any other moment of the person."""
    for canary in (each for each in flock if each.host_id == host):
        assert not tells(cut(host), canary)
        assert tells(current_generation().path, canary), "the published file tells the day"


def tells(path: Path, canary: Canary) -> set[date]:
    """Return the moments that are, or are so many days from, the day on which a canary's wanderer started elsewhere."""
    moments, numbers = of_person(path, f"G{WANDERER}{canary.word}")
    assert moments
    spans = {0, *numbers}
    return {each for each in moments for days in spans if each + timedelta(days=days) == canary.started_on}


def of_person(path: Path, engagement: str) -> tuple[set[date], set[int]]:
    """Return all days and all numbers of days in the rows of the person who did an engagement."""
    moments: set[date] = set()
    numbers: set[int] = set()
    with duckdb.connect(str(path), read_only=True) as connection:
        query = "select person_key from marts.fct_engagements where engagement_id = ?"
        (key,) = connection.execute(query, [engagement]).fetchall()[0]
        tables = connection.sql("select table_name from duckdb_columns() where column_name = 'person_key'").fetchall()
        for (table,) in tables:
            held = connection.execute(f"select * from marts.{table} where person_key = ?", [key])
            for value in (value for row in held.fetchall() for value in row):
                if isinstance(value, date):
                    moments.add(value.date() if isinstance(value, datetime) else value)
                elif isinstance(value, int) and LEAST_DAYS <= abs(value) < 10_000:
                    numbers.add(value)
    return moments, numbers
