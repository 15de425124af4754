"""An erasure killed at any step until something is built: the next ingest ends it, and the person is in no file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.content import Content
from tests.conftest import Project
from tests.faults.arena import Arena, arena_of, assert_nothing_is_left, held

STEPS = ("erase.asked", "erase.swept", "erase.cleaned", "erase.rewritten", "erase.replaced")
REPEATED = ("erase.cleaned", "erase.rewritten")
"""Steps that a run takes again where it was killed at them; the others were done by then."""
PERSON, MARK = "S-7", "quetzalcoatl"


def land(landing: Path) -> None:
    """Write a person among others, in three entities and one row that goes to the quarantine."""
    landing.mkdir(parents=True)
    others = [
        f"S-{number},Given{number},Family{number},2025-01-01T00:00:00Z,true,true" for number in range(20) if number != 7
    ]
    person = f"{PERSON},{MARK},{MARK}son,2025-01-01T00:00:00Z,true,true"
    head = "student_id,given_name,family_name,joined_at,consent_analytics,consent_contact"
    (landing / "students_2026-01-01.csv").write_text("\n".join([head, *others, person]) + "\n")
    (landing / "student_emails_2026-01-01.csv").write_text(
        f"student_id,email\nS-1,one@x.example\n{PERSON},{MARK}@x.example\n"
    )
    (landing / "applications_2026-01-01.csv").write_text(
        "application_id,project_id,student_id,applied_at\n"
        f"A-1,P-1,S-1,2025-02-01T00:00:00Z\nA-2,P-1,{PERSON},2025-02-01T00:00:00Z\nA-3,P-1,{PERSON},{MARK}\n"
    )


def arena_in(folder: Path) -> Iterator[Arena]:
    project = Project(folder / "project")
    land(project.data / "landing")
    with arena_of(project, folder / "arena") as arena:
        arena.finishes("ingest")
        yield arena


@pytest.fixture
def killed(tmp_path: Path) -> Iterator[Arena]:
    yield from arena_in(tmp_path / "killed")


@pytest.fixture
def unkilled(tmp_path: Path) -> Iterator[Arena]:
    yield from arena_in(tmp_path / "unkilled")


def rows(arena: Arena) -> dict[str, Content]:
    """Return what the warehouse holds but for pseudonyms, which are the build's."""
    return {name: each for name, each in held(arena.project).items() if not name.startswith("pseudonyms.")}


def holding(folder: Path) -> list[str]:
    """Return the files that hold the person's mark."""
    return [path.name for path in folder.rglob("*") if path.is_file() and MARK.encode() in path.read_bytes()]


@pytest.mark.parametrize("asked", [PERSON, f"{MARK}@x.example"])
def test_an_erasure_that_is_killed_is_ended_by_the_next_ingest_and_leaves_no_trace(
    asked: str, killed: Arena, unkilled: Arena
) -> None:
    assert len(holding(killed.project.data)) == 4
    forget = ("forget", asked, "--yes")
    assert unkilled.ask(*forget, step="build.prepared").signal is not None
    unkilled.finishes("ingest")
    assert killed.ask(*forget, step=STEPS[0]).signal is not None
    for step in STEPS[1:]:
        for _ in range(2 if step in REPEATED else 1):
            assert killed.ask("ingest", step=step).signal is not None, step
    killed.finishes("ingest")
    for arena in (killed, unkilled):
        assert_nothing_is_left(arena)
    assert rows(killed) == rows(unkilled)
    assert holding(killed.project.data) == []
    assert holding(killed.temporary) == []
