"""Who withdrew the consent to analytics, and what is left out with them: what an erasure would take."""

from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from pipelines.contract import ENTITIES
from pipelines.erasing.ties import personal
from pipelines.erasing.withdrawing import lay_out_withdrawn
from pipelines.opening import opened
from tests.dbt_project.marketplace import AS_OF, Marketplace
from tests.pipelines.canary import FAMILY, GIVEN, STUDENT, land, student, traces
from tests.pipelines.test_erasure import BOTH, SOME, World, world

__all__ = ["world"]

JOINED = datetime(2024, 1, 1)


def withdraw(world: World) -> None:
    """Deliver her row again, without the consent to analytics."""
    later = world.landing / "later"
    land(later, {"students": [student(STUDENT, GIVEN, FAMILY, consent_analytics="false")]})
    (later / "delivery.toml").write_text('source = "canned"\ndelivered_at = 2026-07-01T06:00:00Z\n')


def laid_out(world: World) -> dict[str, set[tuple[str, ...]]]:
    """Lay the rows out and return their keys by entity."""
    with opened(world.settings) as connection:
        lay_out_withdrawn(connection)
    found: dict[str, set[tuple[str, ...]]] = {}
    for entity, *parts in world.query("select * from ops.withdrawn_rows"):
        found.setdefault(str(entity), set()).add(tuple(str(part) for part in parts if part is not None))
    return found


def keys(world: World) -> dict[str, set[tuple[str, ...]]]:
    """Return the keys in ``raw``."""
    return {
        entity: {
            tuple(map(str, key)) for key in world.query(f"select {', '.join(ENTITIES[entity].key)} from raw.{entity}")
        }
        for entity in personal()
    }


def test_what_is_left_out_is_what_an_erasure_takes(world: World) -> None:
    land(world.landing / "canned", BOTH)
    withdraw(world)
    world.run()
    before, left_out = keys(world), laid_out(world)
    assert keys(world) == before
    assert "warehouse/analytics.duckdb: ops.withdrawn_rows" in traces(world.data)
    world.forget()
    assert left_out == {entity: before[entity] - held for entity, held in keys(world).items()}
    assert all(left_out.values())
    assert world.query("select count(*) from ops.withdrawn_rows") == [(0,)]
    assert traces(world.data) == set()


def test_an_address_that_others_use_leads_to_nobody_else(world: World) -> None:
    office = [
        {"system": "canned", "candidate_id": each, "value": "careers@office.example"}
        for each in ("canary-cand-1", "finch-cand-1")
    ]
    land(world.landing / "canned", {**SOME, "ats_candidate_emails": [*SOME["ats_candidate_emails"], *office]})
    withdraw(world)
    world.run()
    found = laid_out(world)
    assert ("canned", "canary-cand-1", "careers@office.example") in found["ats_candidate_emails"]
    assert not [key for held in found.values() for key in held if "finch" in str(key)]


def test_who_is_forgotten_leaves_others_withdrawn(world: World) -> None:
    land(world.landing / "canned", SOME)
    withdraw(world)
    world.run()
    laid_out(world)
    world.forget("FINCH-7719")
    assert world.query("select part_1 from ops.withdrawn_rows where entity = 'students'") == [(STUDENT,)]


@pytest.mark.parametrize(
    ("said", "is_withdrawn"),
    [
        ("yes", False),
        ("no", False),
        ("no yes", False),
        ("yes no", True),
        ("yes no yes", False),
        ("no yes no", True),
        ("yes gone", False),
        ("yes no gone", True),
    ],
)
def test_who_consented_once_and_last_did_not_has_withdrawn(tmp_path: Path, said: str, is_withdrawn: bool) -> None:
    """A row that a snapshot no longer holds says nothing of the consent."""
    assert withdrawn(tmp_path, [(word, day, day) for day, word in enumerate(said.split())]) is is_withdrawn


def test_the_last_word_is_the_last_change_whenever_it_was_delivered(tmp_path: Path) -> None:
    assert withdrawn(tmp_path, [("no", 2, 2), ("yes", 1, 3)])


def test_a_withdrawal_that_comes_after_the_moment_looked_from_counts(tmp_path: Path) -> None:
    after = (AS_OF - JOINED).days + 1
    assert withdrawn(tmp_path, [("yes", 0, 0), ("no", after, after)])


def withdrawn(folder: Path, versions: list[tuple[str, int, int]]) -> bool:
    """Say whether a student is laid out who said this, each with the days of the change and of the delivery."""
    market = Marketplace()
    for word, changed, delivered in versions:
        row = {"student_id": "s", "joined_at": JOINED, "consent_contact": True, "_is_deleted": word == "gone"}
        moments = [JOINED + timedelta(days=days) for days in (changed, delivered)]
        row |= {"consent_analytics": word == "yes", "updated_at": moments[0], "_delivered_at": moments[1]}
        market.add("students", row)
    market.write(folder / "analytics.duckdb")
    with duckdb.connect(str(folder / "analytics.duckdb"), read_only=True) as connection:
        return connection.sql("select 1 from ops.withdrawn_rows").fetchall() != []
