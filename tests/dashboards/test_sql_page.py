"""The page SQL as an analyst meets it: run, refuse, cancel, reopen, share; and what another session does not see."""

import io
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.analysis.running import workers
from dashboards.components.workbench import BENCH, EDITOR, FIRST, LONGEST_IN_URL, Workbench, history
from dashboards.database import Generation
from dashboards.exports import as_bytes
from dashboards.slices.catalogue import columns_of, tables_holding, worked_query
from tests.dashboards.test_analysis import ENDLESS
from tests.dashboards.test_pages import html, opened

pytestmark = pytest.mark.usefixtures("loopback")


@pytest.fixture(scope="module", autouse=True)
def no_process_left() -> Iterator[None]:
    yield
    workers.end()


@pytest.fixture
def page(tiny_published: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    return opened(tiny_published, monkeypatch, "analyst")


def written(app: AppTest, statement: str) -> AppTest:
    app.text_area(key=EDITOR).set_value(statement).run()
    return app


def ended(app: AppTest) -> AppTest:
    """Draw the page until no statement runs; a browser does so by itself."""
    for _ in range(240):
        if bench(app).run is None:
            return app
        time.sleep(0.25)
        app.run()
    raise AssertionError("The statement did not end.")


def answered(app: AppTest, statement: str) -> AppTest:
    written(app, statement)
    app.button(key="run-statement").click().run()
    return ended(app)


def bench(app: AppTest) -> Workbench:
    found: Workbench = app.session_state[BENCH]
    return found


def shown(app: AppTest) -> pl.DataFrame:
    """Return the rows on the page."""
    past = bench(app).shown
    assert past is not None
    assert past.answer.rows is not None
    return past.answer.rows


def test_an_analyst_lands_on_an_editor_with_a_statement_that_runs(page: AppTest) -> None:
    assert page.text_area(key=EDITOR).value == FIRST
    assert "No statement has run yet" in html(page)
    page.button(key="run-statement").click().run()
    assert shown(ended(page)).height == 20
    assert not page.exception


def test_rows_come_with_their_time_and_with_downloads(page: AppTest) -> None:
    answered(page, "select came_by, count(*) as hires from marts.fct_hires group by all order by all")
    rows = shown(page)
    assert f"{rows.height} rows in" in html(page)
    assert page.dataframe[0].value.shape == rows.shape
    assert len(page.get("download_button")) == 3
    assert pl.read_csv(io.BytesIO(as_bytes(rows, "csv"))).equals(rows)
    assert pl.read_parquet(io.BytesIO(as_bytes(rows, "parquet"))).equals(rows)
    assert as_bytes(rows, "xlsx")[:2] == b"PK"


def test_a_cut_answer_says_so(page: AppTest) -> None:
    answered(page, "select * from range(20000)")
    assert "The first 10,000 rows" in html(page)
    assert "there are more" in html(page)


def test_no_row_is_said_in_words_with_the_columns(page: AppTest) -> None:
    answered(page, "select host_id, came_by from marts.fct_hires where false")
    assert "The statement returned no row" in html(page)
    assert "host_id, came_by" in html(page)


def test_an_error_says_where_and_what_to_do_next_and_is_no_exception(page: AppTest) -> None:
    answered(page, "select 1,\n  colum\nfrom marts.fct_hires")
    assert not page.exception
    assert "Binder error in line 2" in html(page)
    assert "Line 2, column 3" in html(page)
    assert "describe marts.x" in html(page)


def test_what_does_not_read_is_refused_on_the_page(page: AppTest) -> None:
    answered(page, "copy marts.fct_hires to '/tmp/hires.csv'")
    assert "COPY is refused" in html(page)
    assert not Path("/tmp/hires.csv").exists()


def test_a_running_statement_shows_its_time_and_can_be_cancelled(page: AppTest) -> None:
    written(page, ENDLESS)
    page.button(key="run-statement").click().run()
    assert page.button(key="run-statement").disabled
    assert any(word in html(page) for word in ("Running, ", "Waiting for other statements, "))
    page.button(key="cancel-statement").click().run()
    ended(page)
    assert "Cancelled" in html(page)
    assert not page.button(key="run-statement").disabled


def test_the_answer_stays_while_the_statement_is_edited(page: AppTest) -> None:
    answered(page, "select 41 + 1 as answer")
    written(page, "select 'something else' as answer")
    assert shown(page)["answer"].to_list() == [42]
    assert "the answer to the statement before" in html(page)


def test_the_history_holds_each_statement_with_rows_seconds_and_error_and_reopens_it(page: AppTest) -> None:
    answered(page, "select * from range(3)")
    answered(page, "select oops")
    rows = history(bench(page))
    assert rows["statement"].to_list() == ["select oops", "select * from range(3)"]
    assert rows["rows"].to_list() == [None, 3]
    assert rows["outcome"].to_list() == ["Binder error in line 1", "done"]
    assert rows["seconds"].min() >= 0  # type: ignore[operator]
    assert page.dataframe[-2].value["statement"].to_list() == rows["statement"].to_list()


def test_of_older_statements_the_rows_are_forgotten(page: AppTest) -> None:
    answered(page, "select 1 as one")
    answered(page, "select 2 as two")
    newest, older = bench(page).history
    assert newest.answer.rows is not None
    assert older.answer.rows is None


def test_two_sessions_do_not_see_each_other_s_statements_and_answers(
    tiny_published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, theirs = (opened(tiny_published, monkeypatch, "analyst") for _ in range(2))
    answered(mine, "select 'only mine' as secret")
    theirs.run()
    assert bench(theirs).history == []
    assert bench(theirs).shown is None
    assert theirs.text_area(key=EDITOR).value == FIRST
    answered(theirs, "select 'only theirs' as secret")
    mine.run()
    assert shown(mine)["secret"].to_list() == ["only mine"]


def linked(published: Path, monkeypatch: pytest.MonkeyPatch, **parameters: str) -> AppTest:
    from tests.dashboards.test_pages import APP

    monkeypatch.setenv("THROUGHLINE_PUBLISHED", str(published))
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.session_state["view"] = "analyst"
    for name, value in parameters.items():
        app.query_params[name] = value
    return app.run()


def test_a_link_opens_a_worked_query_or_a_statement(
    tiny_published: Path, monkeypatch: pytest.MonkeyPatch, generation: Generation
) -> None:
    worked = linked(tiny_published, monkeypatch, worked="funnel_by_stage")
    assert worked.text_area(key=EDITOR).value == worked_query(generation, "funnel_by_stage")
    sent = linked(tiny_published, monkeypatch, q="select 7 as seven")
    assert sent.text_area(key=EDITOR).value == "select 7 as seven"
    assert bench(sent).run is None  # A link is read before it is run.


def test_a_short_statement_is_in_the_address_and_a_long_one_is_not(page: AppTest) -> None:
    answered(page, "select 1 as one")
    assert page.query_params["q"] == "select 1 as one"
    answered(page, f"select '{'x' * LONGEST_IN_URL}' as text")
    assert "q" not in page.query_params


def test_a_worked_query_stays_in_the_address_by_its_name_until_it_is_changed(
    tiny_published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = linked(tiny_published, monkeypatch, worked="funnel_by_stage")
    app.button(key="run-statement").click().run()
    ended(app)
    assert app.query_params["worked"] == "funnel_by_stage"
    assert "q" not in app.query_params
    answered(app, "select 1 as one")
    assert "worked" not in app.query_params


def test_picking_a_worked_query_writes_it_into_the_editor(page: AppTest, generation: Generation) -> None:
    page.selectbox(key="pick-worked").select("cost_per_hire").run()
    assert page.text_area(key=EDITOR).value == worked_query(generation, "cost_per_hire")


def test_the_browser_finds_tables_by_the_words_of_their_columns(page: AppTest, generation: Generation) -> None:
    page.text_input(key="schema-search").set_value("left_date").run()
    names = page.dataframe[-1].value["name"].to_list()
    assert names == ["marts.fct_hires"]
    assert "left_date" in columns_of(generation, "marts.fct_hires")["column"].to_list()
    page.text_input(key="schema-search").set_value("zzqq").run()
    assert "No table holds these words" in html(page)


def test_the_browser_lists_both_schemas_with_types_and_comments(generation: Generation) -> None:
    found = tables_holding(generation, "")
    assert {name.split(".")[0] for name in found["name"]} == {"marts", "meta"}
    assert not [text for text in found["description"] if not text]
    for name in found["name"]:
        rows = columns_of(generation, name)
        assert not rows.is_empty()
        assert not [text for column in ("type", "description") for text in rows[column] if not text]
