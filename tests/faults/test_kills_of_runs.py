"""Full runs, killed at every named step: each time a run takes up what was left, and the end is as if undisturbed."""

import random
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines import generations
from pipelines.content import Content
from pipelines.journal import STEPS
from tests.conftest import Project
from tests.faults.arena import Arena, arena_of, assert_nothing_is_left, current, ending_dbt, held, processes_of
from tests.faults.generation import IS_LARGE

CHAINS = 3 if IS_LARGE else 2
"""How often each step is killed."""
BEFORE_POINTING = STEPS[: STEPS.index("publish.pointed")]
AFTER_POINTING = STEPS[STEPS.index("publish.pointed") : STEPS.index("publish.finished") + 1]
RUN = ("run", "--accept", "deliveries of a test")


def deliver(project: Project, number: int) -> None:
    """Let a later delivery land in three files: projects, an application to each, its event."""
    with duckdb.connect(str(project.published), read_only=True) as connection:
        ((employer,),) = connection.sql("select min(employer_id) from marts.dim_employers").fetchall()
    with duckdb.connect(str(project.data / "warehouse" / "analytics.duckdb"), read_only=True) as connection:
        ((student,),) = connection.sql("select min(student_id) from raw.students").fetchall()
    names = [f"late-{number}-{each}" for each in range(40)]
    files = {
        "projects": "project_id,employer_id,fee_usd,funded_by,slots,hours_estimated,posted_at\n"
        + "".join(f"{name},{employer},500.00,employer,1,20,2026-07-01T09:00:00Z\n" for name in names),
        "applications": "application_id,project_id,student_id,applied_at,status\n"
        + "".join(f"{name},{name},{student},2026-07-01T10:00:00Z,open\n" for name in names),
        "application_events": "event_id,application_id,event_type,occurred_at\n"
        + "".join(f"{name},{name},applied,2026-07-01T10:00:00Z\n" for name in names),
    }
    folder = project.data / "landing" / "late"
    folder.mkdir(exist_ok=True)
    for entity, text in files.items():
        (folder / f"{entity}_2026-07-{number + 1:02}.csv").write_text(text)


@pytest.fixture
def arena(tiny: Project, tmp_path: Path) -> Iterator[Arena]:
    with arena_of(tiny.copy_to(tmp_path / "project"), tmp_path / "arena") as arena:
        yield arena


@pytest.fixture
def undisturbed(tiny: Project, tmp_path: Path) -> Project:
    """Return a project in which the same was delivered at once, and run once by nothing but the command."""
    project = tiny.copy_to(tmp_path / "undisturbed")
    for number in range(1, CHAINS + 1):
        deliver(project, number)
    done = project.throughline(*RUN)
    assert done.returncode == 0, done.stdout + done.stderr
    return project


def test_a_run_that_is_killed_at_any_step_is_taken_up_and_ends_as_if_undisturbed(
    arena: Arena, undisturbed: Project
) -> None:
    dice = random.Random(20261122)
    old = current(arena.project)
    for number in range(1, CHAINS + 1):
        deliver(arena.project, number)
        before = generations.current(arena.project.data / "published")
        assert before is not None
        without_audit = number % 2 == 0  # it is dear, and was killed in the chain before
        kill_before_it_points(arena, old, dice, without_audit)
        kill_while_it_points(arena, before.generation, without_audit)
        done = arena.finishes(*RUN)
        assert "nothing new" in done.said
        assert_nothing_is_left(arena)
        old = current(arena.project)
    assert old == current(undisturbed)
    assert held(arena.project) == held(undisturbed)
    assert {
        step: times
        for step in (*BEFORE_POINTING, *AFTER_POINTING)
        if (times := arena.kills[f"kill at {step}"]) < CHAINS
    } == {}


def kill_before_it_points(arena: Arena, old: dict[str, Content], dice: random.Random, without_audit: bool) -> None:
    """Kill a run at each step until the pointer moves, and once while dbt is at work: the old generation stays."""
    for step in BEFORE_POINTING:
        ended = arena.ask(*RUN, step=step, passage=2 if step == "ingest.staged" else 1, without_audit=without_audit)
        assert ended.signal is not None, f"{step} was not reached: {ended.said}"
        assert current(arena.project) == old
        if step == "build.prepared" and not without_audit:
            kill_while_dbt_works(arena, dice)
            assert current(arena.project) == old


def kill_while_dbt_works(arena: Arena, dice: random.Random) -> None:
    """Kill dbt, which the run says, and then a run whose dbt is at work: neither of the two lives on."""
    with ending_dbt(arena.project, dice.uniform(2, 8), with_its_run=False):
        assert "dbt ended by signal 9 (SIGKILL)" in arena.finishes(*RUN, code=1).said
    with ending_dbt(arena.project, dice.uniform(2, 8), with_its_run=True):
        assert arena.ask(*RUN).signal is not None
    assert processes_of(arena.project) == []
    assert "none that was finished" in arena.finishes("publish", code=1).said


def kill_while_it_points(arena: Arena, before: str, without_audit: bool) -> None:
    """Kill a run at each step from where the pointer moves: the new generation is current, and stays whole."""
    new = None
    for step in AFTER_POINTING:
        if new is not None:
            arena.finishes("rollback", before)
        ended = arena.ask(*RUN, step=step, without_audit=without_audit)
        assert ended.signal is not None, f"{step} was not reached: {ended.said}"
        found = current(arena.project)
        assert found == (new or found)
        new = found
