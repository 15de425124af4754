"""The pages Catalogue and Dictionary: what they list, find and say, for those who may open them."""

import shutil
from pathlib import Path
from typing import get_args

import duckdb
import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.database import Generation
from dashboards.definitions import UnknownMetricError, catalogue
from dashboards.mentions import pages_with
from dashboards.navigation import PAGES, pages_of
from dashboards.pointer import pointed_at
from dashboards.scope import Role, Scope
from dashboards.slices import dictionary
from dashboards.slices.catalogue import holding, lineage, macros, metrics, tables_holding, worked_queries
from tests.dashboards.test_pages import APP, html, opened

BY_NAME = {page.name: page for page in PAGES}


def on(published: Path, monkeypatch: pytest.MonkeyPatch, role: Role, name: str, **state: object) -> AppTest:
    """Return a page with values put into its widgets."""
    app = opened(published, monkeypatch, role, BY_NAME[name])
    for key, value in state.items():
        app.session_state[key] = value
    return app.run()


@pytest.mark.parametrize("data", ["tiny", "empty"])
@pytest.mark.parametrize("name", ["sql", "catalogue", "dictionary"])
@pytest.mark.parametrize("role", get_args(Role))
@pytest.mark.usefixtures("loopback")
def test_a_page_opens_for_each_role_that_has_it(
    role: Role, name: str, data: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    if role not in BY_NAME[name].roles:
        assert BY_NAME[name] not in pages_of(role)
        return
    app = on(request.getfixturevalue(f"{data}_published"), monkeypatch, role, name)
    assert not app.exception
    assert not app.error
    assert f"<h1>{BY_NAME[name].title}</h1>" in html(app)
    assert "tl-error" not in html(app)


def test_an_analyst_has_three_pages_and_all_have_the_dictionary() -> None:
    assert [page.name for page in pages_of("analyst")] == ["sql", "catalogue", "dictionary"]
    assert all(BY_NAME["dictionary"] in pages_of(role) for role in get_args(Role))
    assert all(BY_NAME["sql"] not in pages_of(role) for role in ("employer", "leadership"))


@pytest.mark.usefixtures("loopback")
def test_the_catalogue_lists_every_mart_with_its_rows(
    tiny_published: Path, monkeypatch: pytest.MonkeyPatch, generation: Generation
) -> None:
    app = on(tiny_published, monkeypatch, "analyst", "catalogue")
    listed = app.dataframe[0].value
    with duckdb.connect(str(generation.path), read_only=True) as connection:
        tables = connection.sql("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall()
        counted = {name: connection.sql(f"select count(*) from marts.{name}").fetchall()[0][0] for (name,) in tables}
    assert dict(zip(listed["table"], listed["rows"], strict=True)) == counted


@pytest.mark.usefixtures("loopback")
def test_a_chosen_table_shows_its_columns_and_where_it_comes_from(
    tiny_published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = on(tiny_published, monkeypatch, "analyst", "catalogue", table="fct_hires")
    assert not app.exception
    assert "left_date" in app.dataframe[1].value["column"].to_list()
    assert "fct_hires goes back to" in html(app)


@pytest.mark.usefixtures("loopback")
def test_a_table_that_is_written_at_publishing_has_words_instead_of_a_lineage(
    tiny_published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = on(tiny_published, monkeypatch, "analyst", "catalogue", table="metric_catalog")
    assert not app.exception
    assert "written when a generation is published" in html(app)


@pytest.mark.usefixtures("loopback")
def test_the_catalogue_shows_all_worked_queries_with_a_way_to_the_editor(
    tiny_published: Path, monkeypatch: pytest.MonkeyPatch, generation: Generation
) -> None:
    known = worked_queries(generation)
    unfolded = {f"worked-{name}": True for name in known["name"]}
    app = on(tiny_published, monkeypatch, "analyst", "catalogue", **unfolded)
    assert not app.exception
    assert {each.label for each in app.expander} == set(known["question"])
    links = [each.proto for each in app.get("page_link")]
    opening = [link.query_string for link in links if link.label == "Open in SQL"]
    assert sorted(opening) == [f"worked={name}" for name in known["name"]]


@pytest.mark.usefixtures("loopback")
def test_the_search_narrows_tables_and_worked_queries_and_says_when_nothing_fits(
    tiny_published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = on(tiny_published, monkeypatch, "analyst", "catalogue", search="left_date")
    assert found.dataframe[0].value["table"].to_list() == ["fct_hires"]
    nothing = on(tiny_published, monkeypatch, "analyst", "catalogue", search="zzqq")
    assert "No table holds these words" in html(nothing)
    assert "No worked query fits" in html(nothing)


def test_words_are_looked_for_in_every_column_and_all_must_be_there() -> None:
    rows = pl.DataFrame({"name": ["hires", "offers"], "text": ["Full-time starts", None], "n": [1, 2]})
    assert holding(rows, "TIME hires")["name"].to_list() == ["hires"]
    assert holding(rows, "time offers").is_empty()
    assert holding(rows, "").height == 2
    assert holding(rows, "(").is_empty()


def test_macros_are_listed_with_what_they_are(generation: Generation) -> None:
    assert macros(generation)["macro"].to_list() == ["concentration", "cumulative_incidence", "kaplan_meier"]
    assert all(macros(generation)["description"])


def test_a_file_of_an_earlier_version_has_no_lineage_and_no_worked_queries(
    tiny_published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "published"
    shutil.copytree(tiny_published, folder)
    monkeypatch.setenv("THROUGHLINE_PUBLISHED", str(folder))
    older = pointed_at()
    older.path.chmod(0o600)
    with duckdb.connect(str(older.path)) as connection:
        connection.execute("drop table meta.lineage")
        connection.execute("drop table meta.worked_queries")
    aged = Generation("aged", older.path, older.as_of)
    assert lineage(aged).is_empty()
    assert worked_queries(aged).is_empty()
    assert "marts.fct_hires" in tables_holding(aged, "")["name"]


@pytest.mark.parametrize("role", get_args(Role))
@pytest.mark.usefixtures("loopback")
def test_the_dictionary_lists_every_metric_for_every_role(
    role: Role, tiny_published: Path, monkeypatch: pytest.MonkeyPatch, generation: Generation
) -> None:
    app = on(tiny_published, monkeypatch, role, "dictionary")
    assert set(app.dataframe[0].value["name"]) == set(catalogue(generation).metrics)


@pytest.mark.usefixtures("loopback")
def test_a_link_leads_to_one_metric(
    tiny_published: Path, monkeypatch: pytest.MonkeyPatch, generation: Generation
) -> None:
    monkeypatch.setenv("THROUGHLINE_PUBLISHED", str(tiny_published))
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.session_state["view"] = "analyst"
    app.query_params["metric"] = "fill_rate_30_days"
    app.run()
    app.switch_page("views/dictionary.py").run()
    assert not app.exception
    row = dictionary.entry(generation, "fill_rate_30_days")
    for text in (row["label"], row["description"], row["numerator"], "30 days", "platform analytics", "fct_projects"):
        assert text in html(app).replace("&#x27;", "'")


def test_the_facts_of_every_metric_are_those_of_its_entry(generation: Generation) -> None:
    for row in metrics(generation).iter_rows(named=True):
        facts = dictionary.facts(row)
        assert facts["Counted on"] == row["mart"]
        assert ("Denominator" in facts) == (row["denominator"] is not None)
        assert ("Window" in facts) == (row["window_days"] is not None)


def test_each_metric_s_statement_runs_and_names_its_table(generation: Generation, platform: object) -> None:
    scope: Scope = platform()  # type: ignore[operator]
    for name in ("applications", "selection_rate", "hire_through_matured"):
        assert metrics(generation).filter(name=name)["mart"][0] in dictionary.statement(scope, name)


def test_the_facets_narrow_the_list(generation: Generation) -> None:
    assert set(dictionary.FACETS) <= set(metrics(generation).columns)
    found = dictionary.entries(generation, "rate", {"mart": "fct_projects", "unit": "share", "owner": None})
    assert set(found["mart"]) == {"fct_projects"}
    assert set(found["unit"]) == {"share"}
    assert "fill_rate_30_days" in found["name"]
    assert dictionary.choices(generation, "unit") == sorted(set(metrics(generation)["unit"]))


@pytest.mark.usefixtures("loopback")
def test_a_search_without_a_metric_has_words(tiny_published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "No metric fits" in html(on(tiny_published, monkeypatch, "employer", "dictionary", search="zzqq"))


def test_a_rate_leads_to_its_parts_and_to_what_it_can_be_split_by(generation: Generation) -> None:
    parts = dictionary.parts(generation, "hire_through_matured")
    assert {"hires_within_365_days", "completers_mature_365_days", "completers"} <= set(parts)
    splits = dictionary.splits(generation, "fill_rate_30_days")
    assert "project__category" in splits["dimension"]
    assert "employer__industry" in splits["dimension"]


@pytest.mark.usefixtures("loopback")
def test_a_part_of_a_metric_opens_even_where_a_filter_would_hide_it(
    tiny_published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = on(
        tiny_published, monkeypatch, "analyst", "dictionary", search="fill", by_unit="share", metric="fill_rate_30_days"
    )
    app.button(key="part-projects_mature_30_days").click().run()
    assert not app.exception
    assert app.selectbox(key="metric").value == "projects_mature_30_days"
    assert app.query_params["metric"] == "projects_mature_30_days"
    assert "Projects mature for 30 days" in html(app)


def test_an_unknown_metric_is_named_with_the_nearest(generation: Generation) -> None:
    with pytest.raises(UnknownMetricError, match="fill_rate_30_days"):
        dictionary.entry(generation, "fill_rate_30_day")


def test_the_pages_that_show_a_metric_are_read_from_their_code() -> None:
    assert "marketplace_health" in {page.name for page in pages_with("fill_rate_14_days")}
    assert pages_with("no_such_metric") == ()
