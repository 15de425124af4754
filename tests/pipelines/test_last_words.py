"""The last lines of what failed: what, which rows, and a command that does what is said when it is typed."""

import json
import shlex
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import BuildFailed
from pipelines.lock import writer_lock
from pipelines.publish import looked_at_by
from pipelines.transform import BuildResult, Node
from pipelines.transform import looked_at_by as rows_shown_by
from tests.conftest import Project

pytestmark = pytest.mark.slow
MOMENT = datetime(2026, 11, 22)


@pytest.fixture
def project(tiny: Project, tmp_path: Path) -> Project:
    return tiny.copy_to(tmp_path)


def next_command(done: subprocess.CompletedProcess[str]) -> list[str]:
    """Return the arguments of the command that the last line names."""
    last = done.stderr.rstrip("\n").splitlines()[-1]
    assert last.startswith("Next: throughline "), done.stderr
    return shlex.split(last.removeprefix("Next: "))[1:]


def test_refused_files_are_named_last_and_checked_again_once_mended(project: Project) -> None:
    bad = project.data / "landing" / "employers_2026-07-02.csv"
    bad.write_text("employer_id,name\nE-new,Acme\n")
    done = project.throughline("ingest")
    assert done.returncode == 1
    assert "1 files refused, nothing of them is loaded: employers_2026-07-02.csv" in done.stderr.splitlines()[-2]
    again = project.throughline(*next_command(done))
    assert again.returncode == 1
    assert "employers_2026-07-02.csv" in again.stderr
    bad.write_text("employer_id,name,joined_at\nE-new,Acme,2026-07-01\n")
    assert "1 would load" in project.throughline(*next_command(done)).stdout


def test_a_wrong_mapping_leads_to_the_check(project: Project) -> None:
    done = project.throughline("run", "--mapping", str(project.data / "none.mapping.toml"))
    assert done.returncode == 1
    assert project.throughline(*next_command(done)).returncode == 0


def test_a_critical_check_leads_to_its_rows(project: Project) -> None:
    lost = project.data / "landing" / "applications_2026-07-02.csv"
    rows = "".join(f"lost-{n},no-such-project,no-such-student,2026-07-01T00:00:00Z\n" for n in range(500))
    lost.write_text(f"application_id,project_id,student_id,applied_at\n{rows}")
    done = project.throughline("run")
    assert done.returncode == 3, done.stdout + done.stderr
    command = next_command(done)
    shown = project.throughline(*command, "--format", "json", "--limit", "600")
    assert shown.returncode == 0, shown.stderr
    assert {row["application_id"] for row in json.loads(shown.stdout)} >= {f"lost-{n}" for n in range(500)}
    listed = project.throughline("failures", "--format", "json")
    assert command[1] in {row["check"] for row in json.loads(listed.stdout) if row["severity"] == "critical"}
    wrong = project.throughline("failures", "no such check")
    assert wrong.returncode == 1
    assert project.throughline(*next_command(wrong)).returncode == 0


def test_a_locked_warehouse_leads_to_who_holds_it(project: Project) -> None:
    with writer_lock(project.data / "warehouse" / "writer.lock", MOMENT):
        done = project.throughline("run")
    assert done.returncode == 1
    assert project.throughline(*next_command(done)).returncode == 0


def test_a_command_that_writes_waits_for_one_that_looks(project: Project) -> None:
    script = (
        "import duckdb, sys, time; c = duckdb.connect(sys.argv[1], read_only=True); print(flush=True); time.sleep(2)"
    )
    warehouse = project.data / "warehouse" / "analytics.duckdb"
    with subprocess.Popen([sys.executable, "-c", script, str(warehouse)], stdout=subprocess.PIPE) as looking:
        assert looking.stdout is not None
        looking.stdout.readline()
        done = project.throughline("ingest")
    assert done.returncode == 0, done.stderr


def test_status_beside_a_writer_says_what_it_can(project: Project) -> None:
    with duckdb.connect(str(project.data / "warehouse" / "analytics.duckdb")):
        done = project.throughline("status")
    assert done.returncode == 0, done.stderr
    assert "published " in done.stdout
    assert "warehouse   is being written" in done.stdout


def test_a_broken_pointer_leads_to_a_generation_that_is_whole(project: Project) -> None:
    (project.data / "published" / "current.json").write_text("{")
    done = project.throughline("status")
    assert done.returncode == 1
    assert project.throughline(*next_command(done)).returncode == 0
    assert project.throughline("status").returncode == 0


def test_nothing_loaded_leads_to_loading(tmp_path: Path) -> None:
    project = Project(tmp_path)
    done = project.throughline("validate")
    assert next_command(done) == ["ingest"]
    assert next_command(project.throughline("run")) == ["sample"]
    assert project.throughline("sample", "--scale", "tiny").returncode == 0


def test_what_the_machine_refuses_is_tried_again_with_the_same_command(project: Project) -> None:
    path = project.data / "warehouse" / "analytics.duckdb"
    whole = path.read_bytes()
    path.write_bytes(b"no database" * 10_000)
    done = project.throughline("quarantine", "show", "--rule", "wrong type")
    assert done.returncode == 1
    path.write_bytes(whole)
    assert next_command(done) == ["quarantine", "show", "--rule", "wrong type"]
    assert project.throughline(*next_command(done)).returncode == 0


def test_a_scale_that_there_is_not_is_wrong_use(tmp_path: Path) -> None:
    done = Project(tmp_path).throughline("sample", "--scale", "huge")
    assert done.returncode == 2
    assert "tiny, small, medium" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("unbalanced", "audited", "command"),
    [(["books"], ["check"], "throughline verify"), ([], ["check"], "throughline failures")],
)
def test_what_is_wrong_with_a_generation_leads_to_what_shows_it(
    unbalanced: list[str], audited: list[str], command: str
) -> None:
    assert looked_at_by(unbalanced, audited, []) == command


def test_a_build_that_failed_leads_to_the_rows_of_a_test_or_to_another_build() -> None:
    model = Node("dim_dates", "model", "error", "Out of Memory Error", 0, 0.1)
    test = Node("unique_dim_dates_date_day", "test", "fail", "Got 3 results", 3, 0.1)
    assert rows_shown_by(BuildResult((model, test), 1.0, Path())) == "throughline failures unique_dim_dates_date_day"
    assert rows_shown_by(BuildResult((model,), 1.0, Path())) is None
    assert BuildFailed("no").next_command == "throughline build"
