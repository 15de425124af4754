"""Ingest and publish alone, killed at every step and at random times: 200 times in CI, more in ``make faults``."""

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines import generations
from pipelines.content import Content
from pipelines.erasing import debts
from tests.conftest import Project
from tests.faults.arena import Arena, arena_of, assert_nothing_is_left, current, held
from tests.faults.generation import IS_LARGE

KILLS = int(os.environ.get("THROUGHLINE_KILLS", 940 if IS_LARGE else 200))
OF_PUBLISH = 3 * KILLS // 10
"""A publish takes longer than an ingest; this many still kill each of its steps three times, and three times after."""
INGEST = ("ingest.begun", "ingest.staged", "ingest.loaded", "ingest.committed", "ingest.finished")
PUBLISH = (
    "publish.drafted",
    "publish.written",
    "publish.contacts_written",
    "publish.audited",
    "publish.sealed",
    "publish.described",
    "publish.copied",
    "publish.pointed",
    "publish.offered",
    "publish.finished",
)
ROLLBACK = ("publish.copied", "publish.pointed", "publish.offered", "rollback.finished")
PASSED_FOR_EACH_FILE = INGEST[1:4]
FEW_MARTS = ("dim_employers", "dim_students", "fct_engagements", "agg_employer_month")
IN_A_ROW = 5
"""Kills, each of the run that takes up the one before, until one may run to its end."""


def land(landing: Path) -> None:
    """Write deliveries of each kind: changes, snapshots one after the other, events, and rows for the quarantine."""
    landing.mkdir(parents=True)
    for number, day in enumerate(("2026-01-01", "2026-02-01", "2026-03-01"), 1):
        folder = landing / day
        folder.mkdir()
        (folder / "delivery.toml").write_text(f'delivered_at = {day}T00:00:00Z\ndelivery = "snapshot"\n')
        rows = "".join(f"E{each},e{each}.{day}.example\n" for each in range(number, 400))
        (folder / "employer_domains.csv").write_text(f"employer_id,domain\n{rows}")
        rows = "".join(
            f"E{each},Employer {each},{'never' if each == 7 else '2025-01-01T00:00:00Z'}\n" for each in range(300)
        )
        (landing / f"employers_{day}.csv").write_text(f"employer_id,name,joined_at\n{rows}")
    (landing / "student_emails_2026-01-05.json").write_text('[{"student_id": "S1", "email": "a@x.example"}]')


@pytest.fixture(scope="module")
def dice() -> random.Random:
    return random.Random(20261122)


@pytest.fixture
def ingesting(tmp_path: Path) -> Iterator[Arena]:
    project = Project(tmp_path / "project")
    land(project.data / "landing")
    with arena_of(project, tmp_path / "arena") as arena:
        yield arena


def plans(dice: random.Random, steps: tuple[str, ...], passages: int) -> Iterator[dict[str, object]]:
    """Yield ways to kill, without end: at every step in turn, and at a random time after it."""
    while True:
        for step in steps:
            passage = dice.randint(1, passages if step in PASSED_FOR_EACH_FILE else 1)
            yield {"step": step, "passage": passage}
            yield {"step": step, "passage": passage, "after": dice.uniform(0, 0.4)}


def test_ingest_loads_each_row_once_however_often_it_is_killed(ingesting: Arena, dice: random.Random) -> None:
    ingesting.finishes("ingest")
    wanted = held(ingesting.project)
    warehouse = ingesting.project.data / "warehouse"
    ways, killed = plans(dice, INGEST, 3), 0
    while killed < KILLS - OF_PUBLISH:
        shutil.rmtree(warehouse)
        for _ in range(IN_A_ROW):
            ended = ingesting.ask("ingest", **next(ways))  # type: ignore[arg-type]
            killed += ended.signal is not None
            assert ended.signal is not None or ended.code == 0, ended.said
        ingesting.finishes("ingest")
        assert held(ingesting.project) == wanted
        assert_nothing_is_left(ingesting)


def few_marts(tiny: Project, folder: Path) -> Project:
    """Return a copy with few marts in its warehouse and nothing published, so that a publish is short."""
    project = tiny.copy_to(folder)
    shutil.rmtree(project.data / "published")
    with duckdb.connect(str(project.data / "warehouse" / "analytics.duckdb")) as connection:
        marts = connection.sql("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall()
        for (mart,) in marts:
            if mart not in FEW_MARTS:
                connection.execute(f"drop table marts.{mart}")
    return project


@pytest.fixture
def publishing(tiny: Project, tmp_path: Path) -> Iterator[Arena]:
    with arena_of(few_marts(tiny, tmp_path / "project"), tmp_path / "arena") as arena:
        yield arena


def test_publish_leaves_the_old_or_the_new_generation_whole_whenever_it_is_killed(
    publishing: Arena, dice: random.Random
) -> None:
    publishing.finishes("publish", without_audit=True)
    wanted = current(publishing.project)
    ways, killed = plans(dice, PUBLISH, 1), 0
    while killed < OF_PUBLISH:
        for _ in range(IN_A_ROW):
            ended = publishing.ask("publish", without_audit=True, **next(ways))  # type: ignore[arg-type]
            killed += ended.signal is not None
            assert ended.signal is not None or ended.code == 0, ended.said
            assert_same(current(publishing.project), wanted)
        publishing.finishes("publish", without_audit=True)
        assert_nothing_is_left(publishing)


def test_a_rollback_that_is_killed_leaves_a_whole_generation_and_the_next_command_the_rest(publishing: Arena) -> None:
    publishing.finishes("publish", without_audit=True)
    wanted = current(publishing.project)
    for step in 2 * ROLLBACK:
        publishing.finishes("publish", without_audit=True)
        assert publishing.ask("rollback", step=step).signal is not None
        assert_same(current(publishing.project), wanted)
    publishing.finishes("publish", without_audit=True)
    assert_nothing_is_left(publishing)


def test_a_publish_that_is_killed_as_it_drops_what_showed_an_erased_person_leaves_it_owed(publishing: Arena) -> None:
    project = publishing.project
    for _ in range(2):
        publishing.finishes("publish", without_audit=True)
    with duckdb.connect(str(project.data / "warehouse" / "analytics.duckdb")) as connection:
        debts.owe(connection, debts.PUBLISH)
    for _ in range(2):
        assert publishing.ask("publish", step="erase.dropped", without_audit=True).signal is not None
        current(project)
        assert "still owes: publish" in publishing.finishes("rollback", code=1).said
    publishing.finishes("publish", without_audit=True)
    assert len(generations.names(project.data / "published")) == 1
    assert_nothing_is_left(publishing)
    publishing.finishes("publish", without_audit=True)
    publishing.finishes("rollback")


def assert_same(found: dict[str, Content], wanted: dict[str, Content]) -> None:
    """Hold two states against each other, naming the tables that differ."""
    assert found.keys() == wanted.keys()
    assert {name: each for name, each in found.items() if each != wanted[name]} == {}
