"""A generation that is removed is gone from a running process, too: connections, frames, dialogs, files, answers."""

import json
import os
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dashboards import database, keeping
from dashboards.analysis.running import Answer, Run, workers
from dashboards.audit import Log, audit_key
from dashboards.components import page, witness
from dashboards.components.sql_result import result
from dashboards.components.workbench import Past, Workbench, settle
from dashboards.database import (
    BrokenPointerError,
    Generation,
    GoneGenerationError,
    Query,
    current_generation,
    frame,
    run,
)
from dashboards.extract.contacts import contacts_path
from dashboards.extract.cutting import extract_of
from dashboards.scope import Scope
from dashboards.slices.people import hosts
from tests.dashboards.test_pages import html, opened

COUNT = Query("select count(*) as n from analytics.marts.fct_projects")


@pytest.fixture
def folder(tiny_published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a published folder of the test's own."""
    copied = tmp_path / "published"
    shutil.copytree(tiny_published, copied)
    monkeypatch.setenv("THROUGHLINE_PUBLISHED", str(copied))
    return copied


@pytest.fixture
def old(folder: Path) -> Generation:
    return current_generation()


def erase(folder: Path) -> None:
    """Make a newer generation current and remove the one before, as ``throughline forget`` does."""
    pointer = json.loads((folder / "current.json").read_text())
    before = (folder / pointer["path"]).parent
    shutil.copytree(before, folder / "generations" / "newer", ignore=shutil.ignore_patterns("extracts"))
    number = pointer["number"] + 1
    pointer |= {"generation": "newer", "path": "generations/newer/analytics.duckdb"}
    pointer |= {"number": number, "erased_before": number}
    (folder / "draft.json").write_text(json.dumps(pointer))
    (folder / "draft.json").replace(folder / "current.json")
    shutil.rmtree(before)


def still_open(folder: Path) -> list[str]:
    """Return the removed files below a folder that this process holds open."""
    found = []
    for each in Path("/proc/self/fd").iterdir():
        try:
            target = os.readlink(each)
        except OSError:
            continue
        if target.startswith(str(folder)) and target.endswith("(deleted)"):
            found.append(target)
    return found


def test_nothing_of_a_removed_generation_is_open_kept_or_answered(
    folder: Path, old: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("THROUGHLINE_EXTRACTS")
    own = extract_of(old, hosts(old).row(0, named=True)["host_id"])
    contacts = replace(own, path=contacts_path(own.path))
    for each in (old, own):
        assert frame(each, "mine", COUNT)["n"][0] > 0
    assert run(contacts, Query("select count(*) as n from analytics.main.contacts")).height == 1
    erase(folder)
    assert len(still_open(folder)) >= 3, "a control: what is removed is open until somebody looks"
    assert current_generation().identifier == "newer"
    assert still_open(folder) == []
    for each in (old, own, contacts):
        with pytest.raises(GoneGenerationError, match="newer generation is current"):
            run(each, Query("select 1 as one"))
        with pytest.raises(GoneGenerationError):
            frame(each, "mine", COUNT)
    assert not [key for key in database._frame._answers if key[0] in (old, own)]
    assert frame(current_generation(), "mine", COUNT)["n"][0] > 0


def test_an_extract_elsewhere_is_gone_with_its_generation(folder: Path, old: Generation) -> None:
    own = extract_of(old, hosts(old).row(0, named=True)["host_id"])
    assert frame(own, "mine", COUNT).height == 1
    erase(folder)
    assert own.path.exists(), "it lies in a folder that forget may not know"
    with pytest.raises(GoneGenerationError):
        frame(own, "mine", COUNT)


def left_open(folder: Path) -> list[str]:
    """Return which removed files are open still once sweeps have had the time to let go of all."""
    waited = threading.Event()
    for _ in range(2000):
        if not still_open(folder):
            break
        waited.wait(0.01)
    return still_open(folder)


def test_what_is_gone_is_let_go_also_while_nobody_looks(folder: Path, old: Generation) -> None:
    assert frame(old, "mine", COUNT).height == 1
    erase(folder)
    assert still_open(folder)
    ended = keeping.keep_sweeping(every=0.01)
    try:
        assert left_open(folder) == []
    finally:
        ended.set()


@pytest.mark.parametrize("kind", [OSError, ValueError])
def test_a_sweep_that_breaks_off_does_not_end_the_sweeping(
    folder: Path,
    old: Generation,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    kind: type[Exception],
) -> None:
    look, broke_off = keeping.is_removed, threading.Event()

    def failing_once(generation: Generation) -> bool:
        if not broke_off.is_set():
            broke_off.set()
            raise kind("Too many open files")
        return look(generation)

    assert frame(old, "mine", COUNT).height == 1
    erase(folder)
    monkeypatch.setattr(keeping, "is_removed", failing_once)
    ended = keeping.keep_sweeping(every=0.01)
    try:
        assert broke_off.wait(20)
        assert left_open(folder) == []
        assert "A sweep of gone generations broke off" in caplog.text
    finally:
        ended.set()


def test_where_the_pointer_cannot_be_read_the_file_itself_tells_whether_it_is_gone(
    folder: Path, old: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object) -> str:
        raise OSError(24, "Too many open files")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_text", denied)
        with pytest.raises(BrokenPointerError, match="Too many open files"):
            current_generation()
        assert not keeping.is_erased(old)
        assert frame(old, "mine", COUNT).height == 1
        shutil.rmtree(old.path.parent)
        assert keeping.is_erased(old)


def test_a_query_under_way_ends_and_its_answer_is_refused(folder: Path, old: Generation) -> None:
    """Its connection is not closed below it, which DuckDB would tell as an error of its own."""
    seen: list[Any] = []

    def overtaken() -> None:
        with database.cursor(old) as lent:
            erase(folder)
            assert current_generation().identifier == "newer"
            assert still_open(folder), "the query under way holds it"
            seen.extend(lent.execute("select count(*) from marts.fct_projects").fetchall())

    with pytest.raises(GoneGenerationError):
        overtaken()
    assert seen[0][0] > 0
    assert still_open(folder) == []


def test_a_file_that_was_replaced_is_read_anew(folder: Path, old: Generation) -> None:
    before = frame(old, "mine", Query("select random() as drawn"))
    twin = old.path.with_name("twin")
    shutil.copyfile(old.path, twin)
    assert frame(old, "mine", Query("select random() as drawn")).equals(before)
    twin.replace(old.path)
    assert not frame(old, "mine", Query("select random() as drawn")).equals(before)
    assert still_open(folder) == []


# Pages ----------------------------------------------------------------------------------------------------------------


def test_a_page_that_is_overtaken_says_so_and_is_drawn_anew(
    folder: Path, monkeypatch: pytest.MonkeyPatch, loopback: None
) -> None:
    from dashboards.components import states

    told: list[str] = []
    kept, say = database._frame, states.error

    def overtaken(generation: Generation, viewer: str, query: Query) -> pl.DataFrame:
        """Remove the generation while the first page that asks is drawn."""
        if generation.identifier != "newer" and viewer not in ("platform", "meta"):
            erase(folder)
        return kept(generation, viewer, query)

    monkeypatch.setattr(database, "_frame", overtaken)
    monkeypatch.setattr(states, "error", lambda title, detail: (told.append(title), say(title, detail)))
    app = opened(folder, monkeypatch, "employer")
    assert told == ["A newer generation is current"]
    assert not app.exception
    assert 'class="tl-label"' in html(app), "the page is drawn anew, from the newer one"
    assert app.session_state[page.GENERATION] == "newer"


@pytest.fixture
def session(old: Generation, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    from dashboards.access.viewer import Viewer

    state: dict[str, Any] = {
        page.SCOPE: Scope(old, "employer", "H1", "Acme", ("E1",)),
        page.VIEWER: Viewer("ada@example.org", "employer", ("H1",)),
    }
    monkeypatch.setattr("streamlit.session_state", state)
    return state


@pytest.mark.usefixtures("session")
def test_a_file_of_a_removed_generation_is_not_given_though_its_rows_are_held(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THROUGHLINE_AUDIT", str(tmp_path / "audit"))
    make = witness.taken(lambda: pl.DataFrame({"given_name": ["Jane"]}), "csv", "contacts")
    assert b"Jane" in make()
    erase(folder)
    with pytest.raises(GoneGenerationError):
        make()
    _, last = Log(tmp_path / "audit", audit_key()).entries()
    assert (last["is_denied"], last["reason"], last["rows"]) == (True, "GoneGenerationError", None)


def test_the_answer_to_a_statement_goes_with_its_generation(folder: Path, old: Generation) -> None:
    past = Past(datetime(2026, 7, 1), "select 1", Answer(pl.DataFrame({"a": [1]}), False, 0.1, row_count=1), old)
    bench = Workbench(shown=past, history=[past])
    settle(bench)
    assert bench.shown is past
    erase(folder)
    settle(bench)
    assert bench.shown is None
    assert [each.answer.rows for each in bench.history] == [None]
    ended = Run(old, "select count(*) from marts.fct_projects").wait(60)
    workers.end()
    assert ended is not None
    assert ended.rows is None
    assert ended.problem is not None
    assert ended.problem.title == "A newer generation is current"


def test_an_answer_that_was_ready_before_an_erasure_and_is_fetched_after_it_shows_no_row(
    folder: Path, old: Generation
) -> None:
    ready = Run(old, "select count(*) as n from marts.fct_projects")
    answer = ready.wait(60)
    workers.end()
    assert answer is not None
    assert answer.rows is not None, "a control: it ended before"
    bench = Workbench(run=ready)
    erase(folder)
    settle(bench)
    assert bench.run is None
    assert bench.shown is not None
    assert bench.shown.answer.rows is None
    assert bench.shown.answer.problem is not None
    assert bench.shown.answer.problem.title == "A newer generation is current"
    assert [each.answer.rows for each in bench.history] == [None]


def test_the_file_of_an_answer_goes_with_the_generation_of_the_answer_whatever_the_page_shows(
    folder: Path, old: Generation, session: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THROUGHLINE_AUDIT", str(tmp_path / "audit"))
    files: list[Callable[[], bytes]] = []
    monkeypatch.setattr("streamlit.download_button", lambda *_, data, **__: files.append(data))
    rows = pl.DataFrame({"given_name": ["Jane"]})
    past = Past(datetime(2026, 7, 1), "select 1", Answer(rows, False, 0.1, row_count=1), old)
    session[page.SCOPE] = Scope(replace(old, identifier="newer", number=old.number + 1), "analyst")
    result(Workbench(shown=past, history=[past]))
    assert len(files) == 3
    assert b"Jane" in files[0]()
    erase(folder)
    with pytest.raises(GoneGenerationError):
        files[0]()
    entries = Log(tmp_path / "audit", audit_key()).entries()
    assert [(each["is_denied"], each["generation"]) for each in entries] == [
        (False, old.identifier),
        (True, old.identifier),
    ]


def test_a_generation_that_newer_ones_replaced_is_told_of_to_the_end(folder: Path, old: Generation) -> None:
    """Readers of any hour meet no error, however many generations come meanwhile: nobody was erased."""
    before = frame(old, "mine", COUNT)
    with database.cursor(old) as lent:
        erase(folder)
        pointer = json.loads((folder / "current.json").read_text())
        (folder / "current.json").write_text(json.dumps(pointer | {"erased_before": 0}))
        assert current_generation().identifier == "newer"
        assert lent.execute("select count(*) from marts.fct_projects").fetchall() == [(before["n"][0],)]
    assert frame(old, "mine", COUNT).equals(before)
    assert run(old, COUNT).equals(before)
    keeping.drop(keeping.is_removed)
    with pytest.raises(GoneGenerationError):
        run(old, COUNT)
