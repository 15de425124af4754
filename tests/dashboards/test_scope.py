"""Whoever looks as an employer sees that employer's rows alone, and of nobody what another employer did."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from dashboards import database
from dashboards.components import chart_frame, tile
from dashboards.database import Generation, Query, run
from dashboards.definitions import catalogue
from dashboards.elsewhere import UNTOLD
from dashboards.extract.cutting import extract_of
from dashboards.navigation import PAGES
from dashboards.openable import COLUMNS, ELSEWHERE, LEFT_OUT
from dashboards.readings import Reading, read
from dashboards.rows import Rows, rows_behind, slice_rows
from dashboards.scope import Filters, Scope
from dashboards.slices import league, project_list, project_pages, roi, talent
from dashboards.slices.people import hosts
from tests.dashboards.test_pages import html, opened

ScopeOf = Callable[..., Scope]
ROOM = Path(database.__file__).parent
PAGES_OF_EMPLOYERS = [page for page in PAGES if page.audience == "employer"]

KEYS = {
    "fct_applications": "application_id",
    "fct_projects": "project_id",
    "fct_engagements": "engagement_id",
    "fct_hires": "hire_id",
    "fct_offers": "offer_id",
    "fct_selection_outcomes": "application_id",
    "fct_person_host_outcomes": "person_key",
    "fct_person_host_applications": "person_host_application_key",
}
"""Mart -> the column by which an opened row is looked up, to see whose it is."""


def scope_of(generation: Generation, place: int, filters: Filters | None = None) -> Scope:
    """Return the scope of the employer that is so many places behind the largest, on its extract."""
    scope = unguarded(generation, place, filters)
    return replace(scope, generation=extract_of(generation, str(scope.host_id)))


def unguarded(generation: Generation, place: int, filters: Filters | None = None) -> Scope:
    """Return the same scope on the whole file, where nothing but our conditions keeps others' rows out."""
    row = hosts(generation).row(place, named=True)
    return Scope(
        generation, "employer", row["host_id"], row["host_name"], tuple(row["employer_ids"]), filters or Filters()
    )


@lru_cache(maxsize=8)
def owned(generation: Generation, mart: str, host_id: str) -> frozenset[str]:
    """Return the keys of a mart's rows that are one host's, asked of the mart without any of our conditions."""
    found = run(generation, Query(f"select host_id, {KEYS[mart]} as key from analytics.marts.{mart}"))
    return frozenset(found.filter(pl.col("host_id") == host_id)["key"].drop_nulls())


def mart_of(rows: Rows) -> str:
    found = re.search(r"from analytics\.marts\.(\w+)\n", rows.query.text)
    assert found is not None
    return found[1]


def foreign(rows: Rows, scope: Scope) -> set[str]:
    """Return what of opened rows is another employer's: the employers that they name, and the keys of their mart."""
    everything, mart = rows.all(), mart_of(rows)
    strange: set[str] = set()
    if "employer_id" in everything.columns:
        strange |= set(everything["employer_id"].drop_nulls()) - set(scope.employer_ids)
    key = KEYS.get(mart)
    if key in everything.columns:
        strange |= set(everything[key].drop_nulls()) - owned(scope.generation, mart, str(scope.host_id))
    return strange


# Rows of slices -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [0, 3])
def test_every_row_behind_a_metric_is_the_host_s_own(generation: Generation, place: int) -> None:
    scope, held = unguarded(generation, place), 0
    for name in catalogue(generation).metrics:
        if (rows := rows_behind(scope, name)) is not None:
            assert not foreign(rows, scope), name
            held += rows.counts()[0]
    assert held > 1000


@pytest.mark.parametrize("mart", sorted({*KEYS} & {*COLUMNS}))
def test_every_row_of_a_slice_is_the_host_s_own_and_a_foreign_one_would_be_found(
    generation: Generation, mart: str
) -> None:
    scope, other = unguarded(generation, 0), unguarded(generation, 1)
    date = {"fct_person_host_outcomes": "completed_date", "fct_hires": "start_date"}.get(mart, COLUMNS[mart][0])
    rows = slice_rows(scope, mart, date, columns=())
    theirs = slice_rows(other, mart, date, columns=())
    assert rows is not None
    assert theirs is not None
    assert not foreign(rows, scope)
    assert foreign(theirs, scope), "the check itself finds another's rows"


def test_the_number_of_a_foreign_project_opens_nothing(generation: Generation) -> None:
    scope, other = unguarded(generation, 0), unguarded(generation, 1)
    theirs = project_list.table(other)["project"][0]
    assert project_pages.project(other, theirs) is not None
    assert project_pages.project(scope, theirs) is None
    assert project_pages.applicants(scope, theirs).is_empty()
    assert project_pages.engagements(scope, theirs).is_empty()
    assert project_pages.costs(scope, theirs).is_empty()
    assert theirs not in set(project_list.table(scope, theirs, theirs)["project"])
    people = project_pages.applicants(other, theirs)
    assert project_pages.completers(scope, people).is_empty()
    rows = project_pages.rows_of(scope, theirs, "fct_applications")
    assert rows is not None
    assert rows.counts() == (0, 0)


def test_filters_that_name_other_hosts_find_nothing(generation: Generation) -> None:
    theirs = scope_of(generation, 1).host_id
    scope = scope_of(generation, 0, Filters(chosen=(("host_id", (str(theirs),)),)))
    rows = rows_behind(scope, "applications")
    assert rows is not None
    assert rows.counts() == (0, 0)


# Pages ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Rows]:
    """Collect the rows behind every tile and chart that a page draws."""
    found: list[Rows] = []
    draw, foot = tile.tile_html, chart_frame._foot

    def keep(reading: Reading) -> str:
        found.extend([reading.rows] if reading.rows else [])
        return draw(reading)

    def keep_marks(*told: Any, **more: Any) -> None:
        found.extend(each for _, each in told[3] if each is not None)
        foot(*told, **more)

    monkeypatch.setattr(tile, "tile_html", keep)
    monkeypatch.setattr(chart_frame, "_foot", keep_marks)
    return found


@pytest.mark.parametrize("page", PAGES_OF_EMPLOYERS, ids=lambda page: page.name)
@pytest.mark.usefixtures("loopback")
def test_nothing_that_is_asked_for_widens_an_employer_s_page(
    page: Any, generation: Generation, tiny_published: Path, monkeypatch: pytest.MonkeyPatch, drawn: list[Rows]
) -> None:
    """Caches are warm with the answers to leadership and to the other employer, whose ids are then asked for."""
    scope, other = scope_of(generation, 0), scope_of(generation, 1)
    if "leadership" in page.roles:
        opened(tiny_published, monkeypatch, "leadership", page)
    app = AppTest.from_file(str(ROOM / "app.py"), default_timeout=120)
    app.session_state["view"], app.session_state["employer"] = "employer", other.host_id
    app.run()
    app.switch_page(page.file).run()
    assert escaped(other.host_name) in html(app), "the other employer's page is the other's"
    theirs = str(project_list.table(other)["project"][0])
    drawn.clear()
    app.session_state["employer"] = scope.host_id
    tampered = {
        "employers": str(other.host_id), "industry": "Finance", "state": "KS", "project": theirs, "search": theirs,
        "host_id": str(other.host_id), "school_type": "HBCU", "q": "select * from marts.fct_hires", "view": "Employer",
        "metric": "applications", "worked": "x", "group_term": "x", "stage": "x", "kind": "x' or 'a' = 'a", "page": "9",
    }  # fmt: skip
    for name, value in tampered.items():
        app.query_params[name] = value
    app.session_state["employers"] = [other.host_id]
    app.session_state["_scope"] = replace(scope, host_id=None, role="leadership")
    app.session_state["_employer_asked_for"] = "no such employer"
    app.run()
    assert not app.exception
    text = html(app)
    assert f'<span class="tl-who">{escaped(scope.host_name)}</span>' in text
    assert escaped(other.host_name) not in text
    for rows in drawn:
        assert rows.viewer == scope.host_id
        assert not foreign(rows, scope)
    assert drawn or page.name in ("fair_access", "planner", "benchmarks")


def escaped(name: str) -> str:
    return name.replace("&", "&amp;").replace("'", "&#x27;")


# Hires elsewhere ------------------------------------------------------------------------------------------------------


def rows_of_hosts(generation: Generation) -> Iterator[tuple[str, Rows]]:
    scope = scope_of(generation, 0)
    for name in catalogue(generation).metrics:
        if (rows := rows_behind(scope, name)) is not None:
            yield name, rows


def test_no_opened_row_tells_of_a_person_what_another_employer_did(generation: Generation) -> None:
    assert not [name for name, rows in rows_of_hosts(generation) if ELSEWHERE.search(rows.query.text)]
    assert rows_behind(scope_of(generation, 0), "completers_employed_elsewhere") is None
    assert rows_behind(scope_of(generation, 0), "passed_over_chosen_elsewhere_rate") is None


def test_no_rows_are_opened_that_leave_out_who_studies_on(generation: Generation) -> None:
    """Whoever lacks among those who completed, or does not count, would be known: not even rows without names open."""
    for name, rows in rows_of_hosts(generation):
        mart = catalogue(generation).model(name).mart
        assert mart not in LEFT_OUT or not LEFT_OUT[mart].search(rows.query.text), name
    scope = scope_of(generation, 0)
    assert rows_behind(scope, "nace_conversion_rate") is None
    assert rows_behind(scope, "selected_hire_rate_365_days") is not None, "who is new is told by its own records"
    assert None not in [rows for _, rows in roi.rows_compared(scope)]
    assert rows_behind(replace(scope, host_id=None, generation=generation), "nace_conversion_rate") is not None


def test_a_definition_says_that_starts_elsewhere_are_not_known(generation: Generation) -> None:
    name = "hire_through_matured"
    ours = read(scope_of(generation, 0), [name])[name].explanation.text
    theirs = read(Scope(generation, "leadership"), [name])[name].explanation.text
    assert ours == f"{theirs} {UNTOLD}"
    one = league.one(Scope(generation, "leadership"), hosts(generation)["host_id"][0])
    assert read(one, [name])[name].explanation.text == theirs


def test_the_pool_holds_those_who_agreed_and_names_nobody(generation: Generation) -> None:
    scope = scope_of(generation, 0)
    found = talent.pool(scope)
    text = (
        "select person_key from analytics.marts.fct_person_host_outcomes where host_id = $host and is_contactable = 1"
    )
    agreed = set(run(scope.generation, Query.of(text, scope.parameters()))["person_key"])
    assert found.height
    assert set(found["person_key"]) <= agreed
    assert not [name for name in found.columns if re.search(r"name|mail|phone|school|elsewhere", name)]


# Caches ---------------------------------------------------------------------------------------------------------------

OF_EVERYBODY = {
    "connect": "by the file; what is read through it is not kept",
    "manifest_text": "what metrics mean, of a generation",
    "_kept": "a text, by itself",
    "catalogue_of": "what metrics mean, by the text that says it",
    "_is_known": "whether a host is published, by its id",
    "code_digest": "our own code",
    "policy": "a header, from our own code",
    "_spill_base": "a folder of this process",
    "_parser": "a connection that holds no data",
    "statement": "SQL without a value, by the shape of the question",
    "dimensions": "what metrics can be split by",
    "_engine_of": "the engine that compiles, by what metrics mean",
    "_words": "texts in our own code",
    "_read": "the grants, and the digests of ended sign-ins, by their file",
    "_say_once": "a line of the log, not of a page",
}
"""Cached function -> why its answers are the same for all viewers."""


def cached() -> Iterator[tuple[str, str, list[str], str]]:
    """Yield each cached function: file, name, arguments, how it is cached."""
    for path in sorted(ROOM.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef):
                continue
            for how in map(ast.unparse, node.decorator_list):
                if re.search(r"\b(lru_cache|cache|cache_data|cache_resource|kept)\b", how):
                    yield str(path.relative_to(ROOM)), node.name, [each.arg for each in node.args.args], how


def test_what_is_kept_of_a_generation_goes_with_its_file() -> None:
    """An ``lru_cache`` would hold a person's rows after the person was erased."""
    by_generation = [(path, name, how) for path, name, told, how in cached() if "generation" in told]
    assert len(by_generation) > 8
    assert [each for each in by_generation if not each[2].startswith("kept(")] == []


def test_every_cache_is_kept_by_generation_viewer_and_query() -> None:
    found = list(cached())
    keyed = [(path, name) for path, name, _, _ in found if name not in OF_EVERYBODY]
    assert len(keyed) > 5
    assert {name for _, name, _, _ in found} >= set(OF_EVERYBODY)
    for path, name, told, _ in found:
        if name not in OF_EVERYBODY:
            assert told[:2] == ["generation", "viewer"], (path, name)
            assert told[2] in ("query", "queries", "host_or_platform"), (path, name)
