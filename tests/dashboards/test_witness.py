"""What the pages tell the audit log: each view once, rows, files, statements, denied visits; and nothing unrecorded."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.access.viewer import NoGrantError, NotSignedInError, Viewer
from dashboards.analysis.running import workers
from dashboards.audit import Log, audit_key, statement_hash, stranger, verify
from dashboards.components import page, witness
from dashboards.components.workbench import EDITOR
from dashboards.database import Generation
from dashboards.scope import Filters, Scope
from tests.dashboards.test_pages import html, opened
from tests.dashboards.test_sql_page import ended

pytestmark = pytest.mark.usefixtures("loopback")


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Log:
    monkeypatch.setenv("THROUGHLINE_AUDIT", str(tmp_path / "audit"))
    return Log(tmp_path / "audit", audit_key())


def told(log: Log, *actions: str) -> list[dict[str, Any]]:
    verify(log)
    return [entry for entry in log.entries() if not actions or entry["action"] in actions]


def test_a_page_is_recorded_once_while_it_stays_as_it_is(
    tiny_published: Path, log: Log, monkeypatch: pytest.MonkeyPatch, generation: Generation
) -> None:
    app = opened(tiny_published, monkeypatch, "leadership")
    app.run().run()
    (entry,) = told(log)
    assert (entry["action"], entry["role"], entry["scope"]) == ("page", "leadership", "platform")
    assert entry["generation"] == generation.identifier
    assert not entry["is_export"]
    assert not entry["is_denied"]


def test_another_filter_and_another_scope_are_another_view(
    tiny_published: Path, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(tiny_published, monkeypatch, "employer")
    box = next(each for each in app.selectbox if each.key == "employer")
    box.select(box.options[1] if box.value != box.options[1] else box.options[0]).run()
    first, second = told(log, "page")
    assert first["subject"] == second["subject"]
    assert first["scope"] != second["scope"]
    assert first["parameters"] == second["parameters"]
    period = next(each for each in app.get("selectbox") if "period" in str(each.key))
    period.select("Last 12 months").run()
    third = told(log, "page")[-1]
    assert third["scope"] == second["scope"]
    assert third["parameters"] != second["parameters"]


def test_a_page_that_cannot_be_recorded_is_not_shown(
    tiny_published: Path, tmp_path: Path, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = opened(tiny_published, monkeypatch, "leadership")
    assert 'class="tl-label"' in html(shown), "the positive control: with a log there are tiles"
    (tmp_path / "nowhere").write_text("no folder")
    monkeypatch.setenv("THROUGHLINE_AUDIT", str(tmp_path / "nowhere"))
    app = opened(tiny_published, monkeypatch, "leadership")
    assert "Nothing is shown that cannot be recorded" in html(app)
    assert 'class="tl-label"' not in html(app)
    assert str(tmp_path) not in html(app)
    assert not app.exception


def test_a_statement_is_recorded_with_its_rows_and_without_its_values(
    tiny_published: Path, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(tiny_published, monkeypatch, "analyst")
    statement = "select 'Jane Doe' as who, range from range(7) -- for Jane"
    app.text_area(key=EDITOR).set_value(statement).run()
    app.button(key="run-statement").click().run()
    ended(app)
    workers.end()
    (entry,) = told(log, "sql")
    assert (entry["rows"], entry["reason"], entry["subject"]) == (7, "done", statement_hash(statement))
    assert entry["text"] == "select ? as who , range from range ( ? )"
    assert "Jane" not in str(entry)


@pytest.fixture
def session(generation: Generation, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A session's state without a browser."""
    state: dict[str, Any] = {
        page.SCOPE: Scope(generation, "employer", "H1", "Acme", ("E1",), Filters()),
        page.VIEWER: Viewer("ada@example.org", "employer", ("H1",)),
        witness.SEEN: {"name": "hire_through", "data": set()},
    }
    monkeypatch.setattr("streamlit.session_state", state)
    return state


ROWS = pl.DataFrame({"name": ["a", "b", "c"]})


@pytest.mark.usefixtures("session")
def test_a_file_is_recorded_when_it_is_taken_and_not_when_it_is_offered(log: Log) -> None:
    make = witness.taken(lambda: ROWS, "csv", "hires")
    assert not told(log)
    assert make() == b"name\na\nb\nc\n"
    (entry,) = told(log)
    assert (entry["action"], entry["subject"], entry["rows"]) == ("export", "hire_through: hires.csv", 3)
    assert (entry["who"], entry["scope"], entry["is_export"], entry["is_denied"]) == (
        "ada@example.org",
        "H1",
        True,
        False,
    )


@pytest.mark.usefixtures("session")
def test_a_file_that_cannot_be_recorded_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "nowhere").write_text("no folder")
    monkeypatch.setenv("THROUGHLINE_AUDIT", str(tmp_path / "nowhere"))
    make = witness.taken(lambda: ROWS, "csv", "hires")
    with pytest.raises(witness.AuditError):
        make()


@pytest.mark.usefixtures("session")
def test_a_file_whose_reader_has_lost_the_grant_is_recorded_as_denied(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ended_since(_: object) -> None:
        raise NoGrantError("ada@example.org", "the office", "")

    monkeypatch.setattr("dashboards.components.viewer._claims", lambda: {"sub": "ada"})
    monkeypatch.setattr("dashboards.components.viewer.granted", ended_since)
    make = witness.taken(lambda: ROWS, "csv", "hires")
    with pytest.raises(NoGrantError):
        make()
    (entry,) = told(log)
    assert (entry["is_denied"], entry["reason"], entry["rows"]) == (True, "NoGrantError", None)


def test_a_file_whose_reader_has_another_grant_is_recorded_as_denied(
    log: Log, session: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboards.components.viewer._claims", lambda: {"sub": "ada"})
    monkeypatch.setattr(
        "dashboards.components.viewer.granted", lambda _: replace(session[page.VIEWER], host_ids=("H2",))
    )
    session[page.STANDING] = session[page.VIEWER]
    make = witness.taken(lambda: ROWS, "csv", "hires")
    with pytest.raises(NoGrantError):
        make()
    (entry,) = told(log)
    assert (entry["who"], entry["is_denied"], entry["rows"]) == ("ada@example.org", True, None)


@pytest.mark.usefixtures("session")
def test_rows_are_recorded_each_time_and_unfolded_figures_once(log: Log) -> None:
    witness.opened("hires_rows", 200, 1)
    witness.opened("hires_rows", 17, 2)
    witness.unfolded("curve", 24)
    witness.unfolded("curve", 24)
    found = [(entry["action"], entry["subject"], entry["rows"]) for entry in told(log)]
    assert found == [
        ("rows", "hire_through: hires_rows, page 1", 200),
        ("rows", "hire_through: hires_rows, page 2", 17),
        ("data", "hire_through: curve", 24),
    ]


def test_who_is_turned_away_is_recorded_once_and_who_did_not_log_in_is_nobody(
    log: Log, session: dict[str, Any]
) -> None:
    witness.turned_away(NotSignedInError("Please log in."))
    for _ in range(3):
        witness.turned_away(NoGrantError("eve@example.org", "the office", "no grant means eve@example.org"))
    (entry,) = told(log)
    assert (entry["who"], entry["action"], entry["is_denied"]) == (stranger("eve@example.org"), "denied", True)
    assert "eve@" not in str(entry)
    assert page.TURNED_AWAY in session


def test_an_address_that_asks_for_another_s_employer_is_recorded_once(
    tiny_published: Path, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THROUGHLINE_PUBLISHED", str(tiny_published))
    app = AppTest.from_file(str(Path(__file__).resolve().parents[2] / "dashboards" / "app.py"), default_timeout=60)
    app.session_state["view"] = "employer"
    app.query_params["employer"] = "An employer of somebody else"
    app.run()
    (entry,) = told(log, "denied")
    assert entry["is_denied"]
    assert "somebody else" not in str(entry)
    app.run()
    assert len(told(log, "denied")) == 1


def test_who_logs_in_is_recorded_once_per_session(log: Log, session: dict[str, Any]) -> None:
    from dashboards.navigation import PAGES

    session.pop(witness.SEEN)
    for entry in (PAGES[0], PAGES[1], PAGES[0], PAGES[0]):
        witness.seen(entry)
    assert [entry["action"] for entry in told(log)] == ["login", "page", "page", "page"]
