"""``throughline forget`` from the command line: real dbt, real generations, and a world that never had the person."""

import shutil
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from pipelines.erasing.forgetting import request, settle
from pipelines.opening import opened
from pipelines.settings import Settings
from tests.conftest import Project
from tests.dbt_project.test_as_of import digests, latest_as_of, query, throughline
from tests.pipelines.canary import EMAIL, FAMILY, GIVEN, STUDENT, her_rows, land, traces

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def before(tiny: Project) -> dict[str, tuple[int, int]]:
    """The marts of the world that never had her."""
    return digests(tiny)


@pytest.fixture(scope="module")
def project(tiny: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the tiny project in which she is everywhere, forgotten after the first test has seen that."""
    folder = tmp_path_factory.mktemp("forget")
    copy = tiny.copy_to(folder)
    ((employer, posted),) = query(
        tiny,
        "select employer_id, min(project_id) from raw.projects join raw.outcome_feeds using (employer_id) "
        "group by 1 order by 1 limit 1",
    )
    land(copy.data / "landing" / "canned", her_rows(str(employer), str(posted)))
    shutil.copytree(copy.data / "landing" / "canned", folder / "originals")
    throughline(copy, "run")
    return copy


def published_texts(project: Project) -> set[str]:
    """Every text of every table of the published file."""
    with duckdb.connect(str(project.published), read_only=True) as connection:
        columns = connection.sql("""
            select schema_name, table_name, column_name from duckdb_columns()
            where not internal and data_type = 'VARCHAR'
        """).fetchall()
        return {
            str(text)
            for schema, table, column in columns
            for (text,) in connection.sql(
                f'select distinct "{column}" from {schema}."{table}" where "{column}" is not null'
            ).fetchall()
        }


def test_a_person_is_in_the_data_before_and_in_no_published_text(
    project: Project, before: dict[str, tuple[int, int]]
) -> None:
    """The positive control: she is in landing, warehouse, restricted file and, under a pseudonym, in the marts.

    There her applications have their numbers, as everybody's; herself, nothing names.
    """
    found = traces(project.data)
    assert any(place.startswith("landing/canned/students.csv") for place in found)
    assert "warehouse/analytics.duckdb: raw.students" in found
    assert any("restricted.duckdb" in place for place in found)
    assert "published/analytics.duckdb: marts.fct_applications" in found
    herself = (GIVEN.lower(), FAMILY.lower(), STUDENT.lower(), "canary-mail", "canary-old", "canary-cand")
    assert not [text for text in published_texts(project) if any(each in text.lower() for each in herself)]
    assert {table for table, digest in digests(project).items() if before[table] != digest} >= {
        "dim_students",
        "fct_applications",
        "fct_engagements",
        "fct_persons",
    }


def test_no_name_address_or_number_of_anybody_is_published(project: Project) -> None:
    people = """
        select unnest([given_name || ' ' || family_name, student_id]) from raw.students
        union select email from raw.student_emails union select lower(trim(email)) from raw.student_emails
        union select unnest([given_name || ' ' || family_name, candidate_id]) from raw.ats_candidates
        union select value from raw.ats_candidate_emails union select value from raw.ats_candidate_external_ids
        union select email from raw.employments
    """
    names = {str(text) for (text,) in query(project, people) if text}
    texts = published_texts(project)
    assert {STUDENT, EMAIL, f"{GIVEN} {FAMILY}"} <= names
    assert len(names) > 500
    assert texts & names == set()
    assert not [text for text in texts if "@" in text and " " not in text]


def test_after_forget_she_is_in_no_file_and_the_marts_are_those_of_a_world_without_her(
    project: Project, before: dict[str, tuple[int, int]]
) -> None:
    asked = project.throughline("forget", STUDENT)
    assert asked.returncode == 1
    assert "raw.applications" in asked.stdout
    assert "warehouse/analytics.duckdb: raw.students" in traces(project.data)
    done = project.throughline("forget", STUDENT, "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert traces(project.data) == set()
    assert not list(project.data.rglob("*.wal"))
    assert len(list((project.data / "published" / "generations").iterdir())) == 1
    assert digests(project) == before
    with duckdb.connect(str(project.published), read_only=True) as connection:
        assert connection.sql("select sum(erased_count) from meta.erasures").fetchall() == [(1,)]
    assert "erased      1 persons" in project.throughline("status").stdout
    assert project.throughline("rollback").returncode == 1
    assert "nothing new" in project.throughline("run").stdout


def test_the_original_files_do_not_bring_her_back_into_the_next_generation(
    project: Project, before: dict[str, tuple[int, int]]
) -> None:
    again = project.data / "landing" / "again"
    shutil.copytree(project.data.parent / "originals", again)
    (again / "delivery.toml").write_text('source = "canned"\ndelivered_at = 2026-06-30T07:00:00Z\nsynthetic = true\n')
    throughline(project, "run")
    assert traces(project.data) == set()
    assert digests(project) == before
    with duckdb.connect(str(project.published), read_only=True) as connection:
        sums = "sum(rows_read) - sum(rows_loaded + rows_unchanged + rows_quarantined + rows_erased), sum(rows_erased)"
        ((rest, erased),) = connection.sql(f"select {sums} from meta.deliveries where status = 'loaded'").fetchall()
    assert rest == 0
    assert erased >= 2 * sum(map(len, her_rows("E", "P").values()))


WITHOUT = """
    create temp table candidates as
    select system, candidate_id from raw.ats_candidate_emails where lower(trim(value)) in (
        select lower(trim(email)) from raw.student_emails where student_id = $1
    )
    union select system, candidate_id from raw.ats_candidate_external_ids where value = $1;
    insert into candidates
    select system, merged_into_candidate_id from raw.ats_candidates join candidates using (system, candidate_id)
    where merged_into_candidate_id is not null;
    insert into candidates
    select kept.system, kept.candidate_id from raw.ats_candidates as kept, candidates
    where kept.system = candidates.system and kept.merged_into_candidate_id = candidates.candidate_id;
    create temp table addresses as
    select lower(trim(email)) as address from raw.student_emails where student_id = $1
    union select lower(trim(value)) from raw.ats_candidate_emails join candidates using (system, candidate_id);
    delete from raw.feedback_competencies where feedback_id in (
        select feedback_id from raw.feedback join raw.engagements using (engagement_id)
        join raw.applications using (application_id) where student_id = $1
    );
    delete from raw.feedback where engagement_id in (
        select engagement_id from raw.engagements join raw.applications using (application_id) where student_id = $1
    );
    delete from raw.engagements where application_id in (
        select application_id from raw.applications where student_id = $1
    );
    delete from raw.application_events where application_id in (
        select application_id from raw.applications where student_id = $1
    );
    delete from raw.ats_application_events where (system, application_id) in (
        select (system, application_id) from raw.ats_applications join candidates using (system, candidate_id)
    );
    delete from raw.ats_offers where (system, application_id) in (
        select (system, application_id) from raw.ats_applications join candidates using (system, candidate_id)
    );
    delete from raw.employments where lower(trim(email)) in (from addresses)
        or (system, candidate_id) in (select (system, candidate_id) from candidates);
    delete from raw.applications where student_id = $1;
    delete from raw.first_destinations where student_id = $1;
    delete from raw.student_emails where student_id = $1;
    delete from raw.students where student_id = $1;
"""
"""A person taken out by hand, table by table: nothing of it is derived from the contract."""


def test_the_report_of_90_days_ago_is_the_older_one_less_the_erased_person(
    tiny: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Golden test k, after a ``forget``: of the person in the tiny sample of whom most is known."""
    ((person,),) = query(
        tiny,
        """
        select student_id from raw.engagements join raw.applications using (application_id)
        join raw.student_emails as own using (student_id)
        join raw.ats_candidate_emails as theirs on lower(trim(own.email)) = lower(trim(theirs.value))
        group by student_id order by count(*) desc, student_id limit 1
        """,
    )
    moment = latest_as_of(tiny) - timedelta(days=90)
    erased, by_hand = tiny.copy_to(tmp_path / "erased"), tiny.copy_to(tmp_path / "by_hand")
    for name in ("THROUGHLINE_DATA", "THROUGHLINE_KEY_FILE"):
        monkeypatch.setenv(name, erased.environment[name])
    settings = Settings()
    with opened(settings) as connection:
        request(connection, str(person), settings.pseudonym_keys(), moment)
    settle(settings, moment)
    with duckdb.connect(str(by_hand.data / "warehouse" / "analytics.duckdb")) as connection:
        for statement in (*WITHOUT.split(";")[:-1], *(
            f"delete from raw.{table} where (system, candidate_id) in (select (system, candidate_id) from candidates)"
            for table in ("ats_candidates", "ats_candidate_emails", "ats_candidate_external_ids", "ats_applications")
        )):  # fmt: skip
            connection.execute(statement, [person] if "$1" in statement else [])
    for each in (erased, by_hand):
        throughline(each, "build", "--as-of", moment.isoformat())
    assert digests(erased) == digests(by_hand)
    assert digests(erased)["fct_applications"] != digests(tiny)["fct_applications"]
