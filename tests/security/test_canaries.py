"""Nothing of an employer's canary appears with another viewer, wherever it is looked for; all of it with its owner."""

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from dashboards import database
from dashboards.access.viewer import Viewer
from dashboards.database import Generation, Query, TooSlowError
from dashboards.navigation import PAGES, pages_of
from tests.security.collecting import SHARED, Haul, asked, collecting, forget_all, fresh, look_around
from tests.security.marks import Marks
from tests.security.viewers import OF_HOST, OF_TWO, STAFF

BITTERN, NIGHTJAR, LARGEST = OF_HOST["E00901"], OF_HOST["E00903"], OF_HOST["E00001"]
LEADERSHIP = STAFF["leadership"]

SHOWN = {
    "word": ("pipeline", "projects", "roi", "benchmarks", "hire_through", "talent_pool", "planner"),
    "employer's name": tuple(page.name for page in pages_of("employer")),
    "project_id": ("pipeline", "projects"),
    "application": ("pipeline",),
    "engagement": ("pipeline", "projects"),
    "hire": ("roi",),
    "amount of fee": ("pipeline", "projects"),
    "amount of feex": ("projects",),
    "amount of agency": ("roi",),
    "amount of rate": ("roi",),
    "contact": ("talent_pool",),
    "moment of posted": ("projects",),
    "moment of applied resident": ("pipeline", "hire_through"),
    "moment of approved wanderer": ("pipeline",),
}
"""Kind of mark -> pages on which its owner sees it: were one not seen, its absence elsewhere would say nothing."""


LISTED = {"project_id": ("projects",), "employer's name": tuple(page.name for page in pages_of("employer"))}
"""Kind of mark -> pages on which every employer sees its own without opening anything."""


@pytest.mark.parametrize("viewer", [BITTERN, LARGEST], ids=lambda viewer: viewer.name)
def test_nothing_that_an_employer_opens_holds_another_ones_canary(viewer: Viewer, haul: Haul, marks: Marks) -> None:
    look_around(haul, viewer, deep=True)
    assert haul.foreign(marks, viewer) == []
    if viewer == BITTERN:
        assert haul.missing(marks, viewer, SHOWN) == []


@pytest.mark.parametrize("viewer", [*OF_HOST.values(), OF_TWO], ids=lambda viewer: viewer.name)
def test_no_page_of_an_employer_holds_another_ones_canary(viewer: Viewer, haul: Haul, marks: Marks) -> None:
    look_around(haul, viewer, deep=False)
    assert haul.foreign(marks, viewer) == []
    assert haul.missing(marks, viewer, LISTED) == []
    projects = [mark for mark in haul.marks(marks) if mark.kind == "project_id"]
    assert {host for mark in projects for host in mark.owners} == {*viewer.host_ids}


@pytest.mark.parametrize("viewer", STAFF.values(), ids=lambda viewer: viewer.role)
def test_no_page_of_the_staff_names_a_student(viewer: Viewer, haul: Haul, marks: Marks) -> None:
    look_around(haul, viewer, deep=False)
    assert haul.foreign(marks, viewer) == []


def test_the_search_finds_every_employer_where_leadership_looks(haul: Haul, marks: Marks) -> None:
    look_around(haul, LEADERSHIP, pages_of("leadership")[:7], deep=False)
    for viewer in OF_HOST.values():
        assert haul.foreign(marks, viewer)


# Caches ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "order",
    [(BITTERN, NIGHTJAR, BITTERN), (NIGHTJAR, BITTERN, NIGHTJAR), (LEADERSHIP, BITTERN, LEADERSHIP, NIGHTJAR)],
    ids=lambda order: "-".join(viewer.name.partition("@")[0] for viewer in order),
)
def test_no_cache_that_one_viewer_warmed_serves_another(
    order: tuple[Viewer, ...], published: Path, marks: Marks, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_all()
    for viewer in order:
        with collecting(monkeypatch) as haul:
            look_around(haul, viewer, deep=False)
        assert haul.foreign(marks, viewer) == []
        assert viewer == LEADERSHIP or haul.missing(marks, viewer, LISTED) == []


def test_a_cache_that_forgot_whose_it_is_would_be_found(
    published: Path, marks: Marks, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: dict[str, pl.DataFrame] = {}

    def careless(generation: Generation, viewer: str, query: Query) -> pl.DataFrame:
        return kept.setdefault(query.text, database.run(generation, query))

    monkeypatch.setattr(database, "_frame", careless)
    for viewer in (BITTERN, NIGHTJAR):
        with collecting(monkeypatch) as haul:
            look_around(haul, viewer, deep=False)
    assert haul.foreign(marks, NIGHTJAR)


# Errors ---------------------------------------------------------------------------------------------------------------

Failure = Callable[[Generation, Query], pl.DataFrame]


def slow(generation: Generation, query: Query) -> pl.DataFrame:
    raise TooSlowError(20)


def wrong(generation: Generation, query: Query) -> pl.DataFrame:
    return database.run(generation, Query("select no_such_column from analytics.marts.fct_projects"))


def telling(generation: Generation, query: Query) -> pl.DataFrame:
    """Fail as a wrong cast does: DuckDB's word of it holds a value of the data."""
    return database.run(generation, Query("select cast(title as integer) from analytics.marts.fct_projects"))


def unforeseen(generation: Generation, query: Query) -> pl.DataFrame:
    raise KeyError(query.parameters)


@pytest.mark.parametrize("failure", [slow, wrong, telling, unforeseen])
@pytest.mark.parametrize("viewer", [BITTERN, LARGEST], ids=lambda viewer: viewer.name)
def test_no_error_and_no_log_holds_another_ones_canary(
    failure: Failure, viewer: Viewer, published: Path, marks: Marks, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_around(Haul(), LEADERSHIP, pages_of("leadership")[:1], deep=False)
    kept = database._frame

    def fails(generation: Generation, of: str, query: Query) -> pl.DataFrame:
        return kept(generation, of, query) if of in SHARED else failure(generation, query)

    monkeypatch.setattr(database, "_frame", fails)
    with collecting(monkeypatch) as haul:
        look_around(haul, viewer, pages_of("employer")[:2], deep=False)
    assert haul.foreign(marks, viewer) == []
    assert any("tl-error" in text for where, text in haul.pieces if where.endswith("page")), "the page did fail"
    assert any(where.endswith("log") and "Error" in text for where, text in haul.pieces), "the log tells of it"


@pytest.mark.parametrize("pointer", ["{", '{"generation": "x", "path": "generations/x/none.duckdb"}'])
def test_a_broken_pointer_tells_nobody_of_anything(
    pointer: str, haul: Haul, marks: Marks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "current.json").write_text(pointer)
    monkeypatch.setenv("THROUGHLINE_PUBLISHED", str(tmp_path))
    fresh(BITTERN, PAGES[0]).run()
    assert haul.foreign(marks, BITTERN) == []
    assert any("could not be read" in text for _, text in haul.pieces)


# The audit log --------------------------------------------------------------------------------------------------------


def test_the_audit_log_tells_of_a_viewer_nothing_that_is_another_ones(haul: Haul, marks: Marks, audited: Path) -> None:
    look_around(Haul(), NIGHTJAR, pages_of("employer")[:1], deep=False)
    asked(BITTERN, pages_of("employer")[0], employer="nightjar4377 Holdings", project="Pnightjar4377")
    look_around(Haul(), BITTERN, pages_of("employer")[:1], deep=True)
    lines = [line for file in audited.rglob("*") if file.is_file() for line in file.read_text().splitlines()]
    told = Haul([("audit log", line) for line in lines if BITTERN.name in line])
    assert {"page", "rows", "denied"} <= {json.loads(line)["action"] for _, line in told.pieces}
    assert told.foreign(marks, BITTERN) == []
    assert Haul([("audit log", line) for line in lines]).foreign(marks, BITTERN), "it tells of the other one, too"
