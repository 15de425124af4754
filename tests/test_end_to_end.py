"""The command line as a user meets it, on real files, real dbt and real DuckDB."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.conftest import Project
from tests.pipelines.test_ingest import REFUSED

HEAVY = ("great_expectations", "dbt", "metricflow", "streamlit")


@pytest.fixture
def project(tiny: Project, tmp_path: Path) -> Project:
    """Return a copy of the tiny project, to change at will."""
    return tiny.copy_to(tmp_path)


@pytest.fixture
def published(tiny: Project) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(tiny.published), read_only=True) as connection:
        yield connection


def test_a_run_with_nothing_new_changes_nothing_and_needs_no_heavy_room(project: Project) -> None:
    before = json.loads((project.data / "published" / "current.json").read_text())
    told = project.throughline("run")
    assert told.returncode == 0, told.stderr
    assert "nothing new" in told.stdout
    assert json.loads((project.data / "published" / "current.json").read_text()) == before
    script = (
        "import sys\n"
        "from pipelines.cli import main\n"
        "sys.argv = ['throughline', 'run']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print('heavy:', [name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env=project.environment, capture_output=True, text=True, check=False
    )
    assert "heavy: []" in done.stdout, done.stdout + done.stderr


def test_one_good_and_ten_bad_files_publish_the_good_one_and_name_each_bad_one(project: Project) -> None:
    folder = project.data / "landing" / "bad"
    folder.mkdir()
    for name, (content, _) in REFUSED.items():
        (folder / name).write_bytes(content)
    good = project.data / "landing" / "late" / "projects_2026-07-02.csv"
    good.parent.mkdir()
    (good.parent / "delivery.toml").write_text('source = "platform"\ndelivered_at = 2026-07-02T00:00:00Z\n')
    with duckdb.connect(str(project.published), read_only=True) as connection:
        (employer,) = connection.sql("select min(employer_id) from marts.dim_employers").fetchall()[0]
        (before,) = connection.sql("select count(*) from marts.fct_projects").fetchall()[0]
    good.write_text(
        "project_id,employer_id,fee_usd,funded_by,slots,hours_estimated,posted_at\n"
        f"late-1,{employer},500.00,employer,1,20,2026-07-01T09:00:00Z\n"
    )
    done = project.throughline("run")
    assert done.returncode == 1, done.stdout + done.stderr
    for name in REFUSED:
        assert f"bad/{name}" in done.stderr
    with duckdb.connect(str(project.published), read_only=True) as connection:
        assert connection.sql("select count(*) from marts.fct_projects").fetchall() == [(before + 1,)]
    again = project.throughline("run")
    assert again.returncode == 1
    assert "nothing new" in again.stdout
    assert all(name in again.stderr for name in REFUSED)
    dismissed = project.throughline("dismiss", f"bad/{min(REFUSED)}")
    assert dismissed.returncode == 0, dismissed.stderr


def test_a_critical_failure_stops_with_exit_code_3_and_keeps_the_generation(project: Project) -> None:
    before = json.loads((project.data / "published" / "current.json").read_text())
    lost = project.data / "landing" / "applications_2026-07-02.csv"
    lost.write_text(
        "application_id,project_id,student_id,applied_at\n"
        + "".join(f"lost-{n},no-such-project,no-such-student,2026-07-01T00:00:00Z\n" for n in range(500))
    )
    done = project.throughline("run")
    assert done.returncode == 3, done.stdout + done.stderr
    assert "unknown reference" in done.stderr
    assert project.throughline("build").returncode == 0
    by_hand = project.throughline("publish")
    assert by_hand.returncode == 3, by_hand.stdout + by_hand.stderr
    assert "unknown reference" in by_hand.stderr
    assert json.loads((project.data / "published" / "current.json").read_text()) == before


def test_rollback_points_at_the_generation_before(project: Project) -> None:
    first = json.loads((project.data / "published" / "current.json").read_text())["generation"]
    assert project.throughline("publish").returncode == 0
    second = json.loads((project.data / "published" / "current.json").read_text())["generation"]
    assert second != first
    done = project.throughline("rollback")
    assert done.returncode == 0, done.stderr
    assert json.loads((project.data / "published" / "current.json").read_text())["generation"] == first
    assert first in project.throughline("status").stdout
    assert project.throughline("rollback").returncode == 1


def test_metrics_and_queries_are_answered_and_wrong_names_get_the_nearest(tiny: Project) -> None:
    rate = tiny.throughline("metrics", "selection_rate", "--format", "json")
    assert rate.returncode == 0, rate.stderr
    (row,) = json.loads(rate.stdout)
    counted = tiny.throughline(
        "query",
        "select sum(is_selected_30_days) / sum(is_mature_30_days) as rate from marts.fct_applications",
        "--format",
        "json",
    )
    assert row["selection_rate"] == pytest.approx(json.loads(counted.stdout)[0]["rate"])
    wrong = tiny.throughline("metrics", "selektion_rate")
    assert wrong.returncode == 1
    assert "selection_rate" in wrong.stderr
    assert tiny.throughline("query", "select * from read_csv('/etc/passwd')").returncode == 1
    assert tiny.throughline("no-such-command").returncode == 2


def test_the_quarantine_holds_every_kind_of_planted_dirt_and_shows_its_rows(tiny: Project) -> None:
    listed = tiny.throughline("quarantine", "list", "--format", "json")
    rules = {row["rule"] for row in json.loads(listed.stdout)}
    assert {"wrong type", "missing value", "value not allowed", "in the future", "duplicate key"} <= rules
    shown = tiny.throughline("quarantine", "show", "--rule", "wrong type", "--format", "json", "--limit", "3")
    for row in json.loads(shown.stdout):
        assert row["line"] > 1
        assert all(row[part] for part in ("expected", "found", "raw_text"))


def test_every_table_and_column_of_the_marts_has_a_comment(published: duckdb.DuckDBPyConnection) -> None:
    tables = published.sql(
        "select schema_name, table_name from duckdb_tables() where coalesce(comment, '') = ''"
    ).fetchall()
    columns = published.sql(
        "select table_name, column_name from duckdb_columns() where not internal and coalesce(comment, '') = ''"
    ).fetchall()
    assert (tables, columns) == ([], [])
    assert published.sql("select count(*) from duckdb_tables() where schema_name = 'marts'").fetchall()[0][0] >= 13


def test_the_rows_of_an_employer_lie_side_by_side(published: duckdb.DuckDBPyConnection) -> None:
    tables = published.sql("""
        select table_name from duckdb_columns() where schema_name = 'marts' and column_name = 'host_id'
    """).fetchall()
    assert len(tables) >= 15
    for (table,) in tables:
        runs = published.sql(f"""
            select count(*) from (
                select host_id is distinct from lag(host_id) over (order by rowid) as is_first from marts.{table}
            ) where is_first
        """).fetchall()[0][0]
        assert runs <= published.sql(f"select count(distinct host_id) + 1 from marts.{table}").fetchall()[0][0], table


def test_only_marts_and_meta_are_published_and_no_name_or_address_of_a_student(
    tiny: Project, published: duckdb.DuckDBPyConnection
) -> None:
    schemas = published.sql("select distinct schema_name from duckdb_tables()").fetchall()
    assert sorted(schemas) == [("marts",), ("meta",)]
    with duckdb.connect(str(tiny.data / "warehouse" / "analytics.duckdb"), read_only=True) as warehouse:
        addresses = [row[0] for row in warehouse.sql("select distinct email from raw.student_emails").fetchall()]
        identifiers = [row[0] for row in warehouse.sql("select student_id from raw.students").fetchall()]
    content = b"".join(
        str(row).encode()
        for schema, table in published.sql("select schema_name, table_name from duckdb_tables()").fetchall()
        for row in published.sql(f"select * from {schema}.{table}").fetchall()
    ).decode()
    assert len(addresses) > 100
    assert [address for address in addresses if address in content] == []
    assert [identifier for identifier in identifiers if f"'{identifier}'" in content] == []


def test_contacts_are_published_apart_for_the_owner_alone(tiny: Project) -> None:
    (restricted,) = (tiny.data / "published").rglob("restricted.duckdb")
    assert restricted.stat().st_mode & 0o077 == 0
    assert (tiny.data / "warehouse").stat().st_mode & 0o077 == 0, "raw rows name people"
    with duckdb.connect(str(restricted), read_only=True) as connection:
        contacts = connection.sql("select student_key, employer_id, email from contacts").fetchall()
    assert contacts
    with duckdb.connect(str(tiny.published), read_only=True) as connection:
        worked = set(connection.sql("select student_key, employer_id from marts.fct_engagements").fetchall())
    assert {(student, employer) for student, employer, _ in contacts} <= worked


def test_the_marts_say_who_may_be_contacted_and_name_nobody(tiny: Project) -> None:
    (restricted,) = (tiny.data / "published").rglob("restricted.duckdb")
    with duckdb.connect(str(restricted), read_only=True) as connection:
        named = set(connection.sql("select student_key, employer_id from contacts").fetchall())
    with duckdb.connect(str(tiny.published), read_only=True) as connection:
        contactable = connection.sql(
            "select distinct student_key, employer_id from marts.fct_engagements "
            "join marts.dim_students using (student_key) where is_contactable"
        ).fetchall()
        pairs = connection.sql(
            "select student_key, is_contactable from marts.fct_person_host_outcomes where is_contactable = 1"
        ).fetchall()
    assert set(contactable) == named
    assert pairs
    assert {student for student, _ in pairs} <= {student for student, _ in named}


@pytest.mark.parametrize("version", ["1.4.*", "1.5.*"])
def test_the_file_opens_in_older_clients(tiny: Project, tmp_path: Path, version: str) -> None:
    client = tmp_path / "client"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(client), "--only-binary", ":all:"]
    installed = subprocess.run([*command, f"duckdb=={version}"], capture_output=True, text=True, check=False)
    if installed.returncode != 0:
        pytest.skip(f"needs a package index that has duckdb {version}: {installed.stderr.strip()[-200:]}")
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import duckdb\n"
        "con = duckdb.connect(sys.argv[2], read_only=True)\n"
        "con.execute('create temp view slice as select entry_days, exit_days, event_code"
        " from marts.fct_person_host_outcomes where is_at_risk = 1')\n"
        "print(duckdb.__version__, con.execute('select count(*) from marts.fct_applications').fetchone()[0],"
        " con.execute(\"select count(*) from marts.cumulative_incidence('slice')\").fetchone()[0])"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", script, str(client), str(tiny.published)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    opened, applications, days = done.stdout.split()
    assert opened.startswith(version.rstrip("*"))
    assert int(applications) > 1000
    assert int(days) > 10
