"""Thousands of generated applications, built once, say the same as a small model of stages that is written here.

Events repeat, tie, go backward, are undone, corrected and taken back, and some are not known, or not yet, at as_of.
"""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines.transform import run_dbt
from tests.dbt_project.marketplace import AS_OF, WAREHOUSE, Marketplace, Row, opened
from tests.faults.figures import record
from tests.faults.generation import IS_LARGE

DECISIONS = ("rejected", "withdrawn", "expired")
TYPES = ("applied", "reviewed", "shortlisted", "interviewed", "selected", "reopened", *DECISIONS)
RANKS = {"shortlisted": 2, "interviewed": 2, "selected": 3}
STATES = {"selected": "selected", "rejected": "rejected", "withdrawn": "withdrawn", "expired": "expired"}
STAGES = ("applied", "shortlisted", "selected", "started", "submitted", "approved")
STEPS = ("accepted_at", "started_at", "submitted_at", "approved_at")
SEED, APPLICATIONS = 6, 6000 if IS_LARGE else 500


@dataclass
class Told:
    """What is delivered of one application: its row, the versions of its events, and its engagements."""

    application: Row
    events: list[Row] = field(default_factory=list)
    engagements: list[Row] = field(default_factory=list)


def generated(random: random.Random, number: int) -> Told:
    """Return an application with up to eight events, most of them within a few quarters of a day of each other."""
    applied_at = AS_OF - timedelta(days=random.randint(-1, 60))
    row = {"application_id": f"a{number}", "project_id": "p", "student_id": "s", "applied_at": applied_at}
    told = Told({**row, "status": random.choice((None, "open", "rejected"))})

    def moment() -> datetime:
        return applied_at + timedelta(hours=6 * random.choice((0, 1, 1, 2, 3, random.randint(0, 300))))

    for event in range(random.randint(0, 8)):
        row = {
            "event_id": f"a{number}-{random.randint(0, 9)}{event}",
            "application_id": f"a{number}",
            "event_type": random.choice(TYPES),
            "occurred_at": moment(),
            "sequence": random.choice((None, 0, 1, 2)),
        }
        told.events.append({**row, "_delivered_at": AS_OF - timedelta(days=random.choice((0, 5, 90)))})
        if random.random() < 0.2:
            told.events.append(corrected(random, row, moment()))
    for engagement in range(random.choice((0, 0, 0, 1, 2))):
        row = {"engagement_id": f"a{number}-{engagement}", "application_id": f"a{number}", "accepted_at": moment()}
        told.engagements.append({**row, **{step: random.choice((None, moment())) for step in STEPS[1:]}})
    return told


def corrected(random: random.Random, row: Row, moment: datetime) -> Row:
    """Return a later version of an event: another type or time, or its deletion, perhaps not known by as_of."""
    changes: list[Row] = [
        {"event_type": random.choice(TYPES)},
        {"occurred_at": moment},
        {"_is_deleted": True},
        {"updated_at": AS_OF - timedelta(days=100), "event_type": random.choice(TYPES)},
    ]
    return {**row, **random.choice(changes), "_delivered_at": AS_OF + timedelta(days=random.choice((-2, -1, 1)))}


def current_events(events: list[tuple[int, Row]]) -> list[Row]:
    """Return the events that are known to have happened by as_of, each as it was last told."""
    latest: dict[str, tuple[tuple[datetime, datetime, int], Row]] = {}
    for place, row in events:
        if row["_delivered_at"] > AS_OF:
            continue
        version = (row.get("updated_at") or row["_delivered_at"], row["_delivered_at"], place)
        if row["event_id"] not in latest or latest[row["event_id"]][0] < version:
            latest[row["event_id"]] = (version, row)
    known = [row for _, row in latest.values() if not row.get("_is_deleted")]
    return [row for row in known if row["occurred_at"] <= AS_OF]


def days(first: datetime | None, second: datetime | None) -> Decimal | None:
    if first is None or second is None:
        return None
    return Decimal((second - first).total_seconds()) / 86400


def earliest(moments: list[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


def happened(moment: datetime | None) -> datetime | None:
    return moment if moment is not None and moment <= AS_OF else None


def expected(told: Told, events: list[tuple[int, Row]]) -> Row | None:
    """Return what is true of an application at as_of; None where it was not made by then."""
    applied_at = told.application["applied_at"]
    if applied_at > AS_OF:
        return None
    known = current_events(events)
    first = {name: earliest([row["occurred_at"] for row in known if row["event_type"] == name]) for name in TYPES}
    accepted = [row for row in told.engagements if row["accepted_at"] <= AS_OF]
    done = {step: earliest([happened(row[step]) for row in accepted]) for step in STEPS}
    rank = max([RANKS.get(row["event_type"], 1) for row in known], default=1)
    reached = [place for place, step in enumerate(STEPS, start=3) if done[step] is not None]
    rank = max([rank, *reached])
    last = max(known, key=lambda row: (row["occurred_at"], row["sequence"] or 0, row["event_id"]), default=None)
    state = STATES.get(last["event_type"], "open") if last else told.application["status"] or "open"
    selected_at = first["selected"] or done["accepted_at"]
    ends_at = applied_at + timedelta(days=30)
    decided_at = earliest([selected_at, first["rejected"], first["withdrawn"], first["expired"]])
    return {
        **{f"{name}_at": first[name] for name in ("reviewed", "shortlisted", "interviewed")},
        **{f"{name}_at": first[name] for name in DECISIONS},
        "selected_at": selected_at,
        **done,
        "furthest_stage": STAGES[rank - 1],
        "furthest_stage_rank": rank,
        "current_state": state,
        "is_open": int(state == "open"),
        "is_selected_ever": int(selected_at is not None),
        "is_mature_30_days": int(ends_at <= AS_OF),
        "is_selected_30_days": int(ends_at <= AS_OF and selected_at is not None and selected_at <= ends_at),
        "days_to_shortlist": days(applied_at, first["shortlisted"]),
        "days_to_select": days(first["shortlisted"] or applied_at, selected_at),
        "days_to_start": days(selected_at, done["started_at"]),
        "days_to_submit": days(done["started_at"], done["submitted_at"]),
        "days_to_approve": days(done["submitted_at"], done["approved_at"]),
        "days_to_decision": days(applied_at, decided_at),
    }


Placed = dict[str, list[tuple[int, Row]]]


def marketplace(applications: list[Told], random: random.Random) -> tuple[Marketplace, Placed]:
    """Return a marketplace of the applications, and each one's events with their place among all, in mixed order."""
    market = Marketplace()
    market.employer("host")
    market.student("s")
    market.project("p", "host", AS_OF - timedelta(days=400), slots=3)
    events = [row for told in applications for row in told.events]
    random.shuffle(events)
    market.add("applications", *(told.application for told in applications))
    market.add("application_events", *events)
    market.add("engagements", *(row for told in applications for row in told.engagements))
    placed: Placed = {}
    for place, row in enumerate(events):
        placed.setdefault(row["application_id"], []).append((place, row))
    return market, placed


@pytest.mark.slow
def test_every_sequence_of_events_ends_in_the_stage_and_state_that_the_model_says(tmp_path: Path) -> None:
    chance = random.Random(None if IS_LARGE else SEED)
    applications = [generated(chance, number) for number in range(APPLICATIONS)]
    market, events = marketplace(applications, chance)
    market.write(tmp_path / WAREHOUSE)
    selected = ("--select", "+fct_applications", "--exclude-resource-type", "unit_test", "test")
    done = run_dbt(tmp_path / WAREHOUSE, tmp_path / "dbt", "build", *selected)
    assert done.returncode == 0, done.stdout
    built = opened(tmp_path)
    frame = built.connection.sql("select * from marts.fct_applications").pl()
    built.connection.close()
    rows: dict[str, Row] = {row["application_id"]: row for row in frame.to_dicts()}
    wrong: dict[str, Any] = {}
    for told in applications:
        name = str(told.application["application_id"])
        truth, found = expected(told, events.get(name, [])), rows.get(name)
        if truth is None or found is None:
            if (truth is None) != (found is None):
                wrong[name] = (truth, found)
        elif differing := {column: (value, found[column]) for column, value in truth.items() if found[column] != value}:
            wrong[name] = (differing, told)
    record("sequences of events", len(applications), len(applications) - len(wrong))
    assert not wrong, dict(list(wrong.items())[:3])
