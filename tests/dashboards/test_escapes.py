"""Ways out of the published file: each is one where nothing is locked, and none on the page SQL and in `query`."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from dashboards import database
from dashboards.analysis import running
from dashboards.analysis.limits import GIGABYTE, Limits
from dashboards.analysis.recording import witness
from dashboards.analysis.running import Run, workers
from dashboards.analysis.statements import refused
from dashboards.audit import Log, audit_key, statement_hash, verify
from dashboards.database import Generation, hardened
from pipelines.cli import main
from tests.conftest import ROOT, Project
from tests.dashboards.escapes import ESCAPES, SECRET, Escape, Ground

TIGHT = Limits(rows=1000, seconds=40, memory=GIGABYTE // 2, overhead=GIGABYTE)
NAMED = pytest.mark.parametrize("escape", ESCAPES, ids=lambda escape: escape.name)


@pytest.fixture(scope="module", autouse=True)
def no_process_left() -> Iterator[None]:
    yield
    workers.end()


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Log:
    monkeypatch.setenv("THROUGHLINE_AUDIT", str(tmp_path / "audit"))
    return Log(tmp_path / "audit", audit_key())


@pytest.fixture
def ground(tmp_path: Path, generation: Generation) -> Iterator[Ground]:
    """Plant what the attempts are after, and open a copy of the published file as anybody would."""
    folder = tmp_path / "machine"
    folder.mkdir()
    (folder / "secret.txt").write_text(SECRET)
    (folder / "secret.csv").write_text(f"{SECRET},other\n{SECRET},1\n")
    (folder / "secret.json").write_text(f'[{{"word": "{SECRET}"}}]')
    (folder / SECRET).touch()
    with duckdb.connect(str(folder / "other.duckdb")) as other:
        other.execute(f"create table people as select '{SECRET}' as word")
        other.execute(f"copy people to '{folder / 'one.parquet'}' (format parquet)")
    shutil.copyfile(generation.path, folder / "own.duckdb")
    (folder / "own.duckdb").chmod(0o600)
    opened = duckdb.connect(config={"memory_limit": "1GB"})
    opened.execute(f"attach '{folder / 'own.duckdb'}' as analytics")
    opened.execute("use analytics")
    yield Ground(folder, opened)
    opened.close()


def last(log: Log) -> dict[str, object]:
    return list(log.entries())[-1]


def limits(escape: Escape) -> Limits:
    """Return little time for what never ends, and enough for what has to end otherwise, also on a busy machine."""
    return replace(TIGHT, seconds=3) if escape.expected == "Out of time" else TIGHT


def assert_no_place(message: str, *places: Path) -> None:
    """Hold a message against the places of this machine that it could tell."""
    for place in (*places, ROOT, Path(tempfile.gettempdir()), Path.home()):
        assert f"{place}/" not in message
    assert "/etc/" not in message


def assert_recorded(log: Log, escape: Escape, statement: str, action: str) -> None:
    entry = last(log)
    assert (entry["action"], entry["subject"]) == (action, statement_hash(statement))
    is_refused = escape.expected in ("Out of reach", "One statement at a time") or "is refused" in escape.expected
    assert entry["is_denied"] is is_refused
    assert is_refused or str(entry["reason"]).startswith(("failed", "cut"))
    assert SECRET not in str(entry)
    verify(log)


def test_there_are_enough_of_them() -> None:
    assert len(ESCAPES) >= 25
    assert len({escape.name for escape in ESCAPES}) == len(ESCAPES)


@NAMED
def test_it_is_a_way_out_where_nothing_is_locked(escape: Escape, ground: Ground) -> None:
    """The positive control: an attempt that fails everywhere would show nothing."""
    escape.prepare(ground)
    assert escape.danger(escape, ground)


@NAMED
def test_it_fails_on_the_page_with_a_clear_message_and_is_recorded(
    escape: Escape, ground: Ground, generation: Generation, log: Log
) -> None:
    statement = ground.fill(escape.statement.replace(";;", ";"))
    before = set(ground.folder.rglob("*"))
    told = witness(generation, statement, "ada@example.org", "analyst", "sql")
    answer = Run(generation, statement, limits(escape), told).wait(90)
    assert answer is not None
    if escape.expected == "cut":
        assert (answer.is_cut, answer.row_count) == (True, TIGHT.rows)
    else:
        assert answer.rows is None
        assert answer.problem is not None
        assert answer.problem.title == escape.expected
        assert answer.problem.advice
        assert_no_place(str(answer.problem), ground.folder, generation.path)
    assert set(ground.folder.rglob("*")) == before
    assert_recorded(log, escape, statement, "sql")


@NAMED
def test_it_fails_in_the_command_query_likewise(
    escape: Escape,
    ground: Ground,
    tiny: Project,
    log: Log,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    statement = ground.fill(escape.statement.replace(";;", ";"))
    before = set(ground.folder.rglob("*"))
    monkeypatch.setenv("THROUGHLINE_DATA", str(tiny.data))
    monkeypatch.setattr(running, "Limits", lambda: limits(escape))
    monkeypatch.setattr("sys.argv", ["throughline", "query", statement])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr()
    if escape.expected == "cut":
        assert (ended.value.code, "The first 1,000 rows of more" in said.err) == (0, True)
    else:
        assert (ended.value.code, said.out) == (1, "")
        assert escape.expected in said.err
        assert_no_place(said.err, ground.folder, tiny.data)
    assert set(ground.folder.rglob("*")) == before
    assert_recorded(log, escape, statement, "query")


@pytest.mark.parametrize("escape", [each for each in ESCAPES if each.is_locked_out], ids=lambda escape: escape.name)
def test_the_locked_connection_alone_holds_it_too(escape: Escape, ground: Ground, generation: Generation) -> None:
    """The second fence: were a statement let through that should not be, the connection would still refuse it."""
    with database.cursor(generation) as lent, pytest.raises(duckdb.Error):
        lent.execute(ground.fill(escape.statement.replace(";;", ";")))


def callable_names(opened: duckdb.DuckDBPyConnection) -> list[str]:
    """Return every way to name a function without arguments, a view or a listing as a source of rows."""
    functions = "select distinct function_name from duckdb_functions() where function_type in ('table', 'table_macro')"
    views = "select distinct schema_name || '.' || view_name from duckdb_views()"
    listed = [f"select * from {name}()" for (name,) in opened.execute(functions).fetchall()]
    scalars = "select distinct function_name from duckdb_functions() where function_type in ('scalar', 'macro')"
    values = [f"select {name}()" for (name,) in opened.execute(scalars).fetchall() if str(name).isidentifier()]
    shown = ["show tables", "show all tables", "show databases", "show variables", "describe marts.fct_hires"]
    return [*listed, *(f"select * from {name}" for (name,) in opened.execute(views).fetchall()), *values, *shown]


def test_nothing_that_is_run_tells_where_the_machine_keeps_its_files(
    generation: Generation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every function, view and listing that DuckDB has, as the process of a statement would run it."""
    monkeypatch.chdir(tmp_path)
    opened = hardened(generation.path, Path("spill"), "512MB", "512MB")
    opened.execute("use analytics")
    places = {str(generation.path.parent), str(tmp_path), str(ROOT), str(Path.home()) + os.sep, tempfile.gettempdir()}
    names = callable_names(opened)
    told, run = [], 0
    for statement in names:
        if refused(statement) is not None:
            continue
        run += 1
        try:
            said = str(opened.execute(statement).fetchmany(5000))
        except duckdb.Error as error:
            said = str(error)
        if any(place in said for place in places):
            told.append(statement)
    assert not told
    assert run > 60
    unguarded = str(opened.execute("select * from duckdb_databases()").fetchall())
    assert str(generation.path.parent) in unguarded, "the positive control: one that is refused does tell"


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("select * from read_text('/etc/passwd')", "Out of reach"),
        ("copy (select 1) to '/tmp/throughline-escape.csv'", "COPY is refused"),
    ],
)
def test_the_command_itself_ends_with_1(tiny: Project, statement: str, said: str) -> None:
    done = tiny.throughline("query", statement)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(Path("/tmp").glob("throughline-escape*"))


def test_an_answer_that_cannot_be_recorded_is_not_shown(generation: Generation) -> None:
    def fails(_: object) -> None:
        raise OSError("no room")

    answer = Run(generation, "select 1 as one", TIGHT, fails).wait(60)
    assert answer is not None
    assert answer.rows is None
    assert answer.problem is not None
    assert answer.problem.title == "The statement could not be recorded"
