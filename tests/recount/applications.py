"""Applications: states, stages, selection."""

from collections import defaultdict
from datetime import datetime, timedelta
from functools import cache
from statistics import median
from typing import Any

from tests.recount import figure, ratio
from tests.recount.world import World

WINDOW = timedelta(days=30)
STAGES = ("applied", "shortlisted", "selected", "started", "submitted", "approved")
ENDS = {"selected": "selected", "rejected": "rejected", "withdrawn": "withdrawn", "expired": "expired"}
REACHES = {"shortlisted": 1, "interviewed": 1, "selected": 2}
"""Platform events that show how far an application came, as places in STAGES."""


@cache
def moments(world: World) -> dict[str, dict[str, datetime]]:
    """Return the first time that each kind of event happened, by application."""
    found: dict[str, dict[str, datetime]] = defaultdict(dict)
    for row in world.dicts("application_events"):
        first = found[row["application_id"]]
        first[row["event_type"]] = min(row["occurred_at"], first.get(row["event_type"], row["occurred_at"]))
    return found


def last_states(world: World) -> dict[str, str]:
    """Return the state after the last event of each application: by time, then by sequence, then by number."""
    events = sorted(
        world.dicts("application_events"),
        key=lambda row: (row["occurred_at"], row["sequence"] is not None, row["sequence"] or 0, row["event_id"]),
    )
    return {row["application_id"]: ENDS.get(row["event_type"], "open") for row in events}


@cache
def applications(world: World) -> list[dict[str, Any]]:
    """Return each application with the times of its life, the state it is in and the furthest stage it reached."""
    known, states = moments(world), last_states(world)
    works: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in world.dicts("engagements"):
        works[row["application_id"]].append(row)
    found = []
    for row in world.dicts("applications"):
        times, work = known.get(row["application_id"], {}), works.get(row["application_id"], [])
        steps = {
            step: min((each[f"{step}_at"] for each in work if each[f"{step}_at"]), default=None)
            for step in ("accepted", "started", "submitted", "approved")
        }
        reached = [REACHES[event] for event in times if event in REACHES]
        reached += [2] * bool(steps["accepted"]) + [
            STAGES.index(step) for step in ("started", "submitted", "approved") if steps[step]
        ]
        selected = times.get("selected") or steps["accepted"]
        decisions = [selected, *(times.get(each) for each in ("rejected", "withdrawn", "expired"))]
        found.append(
            {
                **row,
                **{f"{step}_at": at for step, at in steps.items()},
                "selected_at": selected,
                "rejected_at": times.get("rejected"),
                "shortlisted_at": times.get("shortlisted"),
                "decided_at": min((each for each in decisions if each), default=None),
                "state": states.get(row["application_id"], row["status"] or "open"),
                "stage": max(reached, default=0),
            }
        )
    return found


@figure("applications")
def all_applications(world: World) -> float:
    return len(applications(world))


@figure("applicants")
def applicants(world: World) -> float:
    return len({row["student_id"] for row in applications(world)})


def mature(world: World) -> list[dict[str, Any]]:
    return [row for row in applications(world) if row["applied_at"] + WINDOW <= world.as_of]


def selected_in_time(world: World) -> list[dict[str, Any]]:
    return [row for row in mature(world) if row["selected_at"] and row["selected_at"] <= row["applied_at"] + WINDOW]


@figure("applications_mature")
def applications_mature(world: World) -> float:
    return len(mature(world))


@figure("applications_selected")
def applications_selected(world: World) -> float:
    return len(selected_in_time(world))


@figure("selection_rate")
def selection_rate(world: World) -> float | None:
    return ratio(len(selected_in_time(world)), len(mature(world)))


@figure("applications_selected_ever")
def applications_selected_ever(world: World) -> float:
    return sum(bool(row["selected_at"]) for row in applications(world))


@figure("days_to_decision_median")
def days_to_decision_median(world: World) -> float | None:
    waits = [
        round((row["decided_at"] - row["applied_at"]).total_seconds() / 86400 + 1e-9, 2)
        for row in applications(world)
        if row["decided_at"]
    ]
    return median(waits) if waits else None


def in_state(world: World, state: str) -> float:
    return sum(row["state"] == state for row in applications(world))


def reached(world: World, stage: str) -> float:
    return sum(row["stage"] >= STAGES.index(stage) for row in applications(world))


figure("applications_open")(lambda world: in_state(world, "open"))
for _state in ENDS.values():
    figure(f"applications_now_{_state}")(lambda world, state=_state: in_state(world, state))
for _stage in STAGES[1:]:
    figure(f"applications_reached_{_stage}")(lambda world, stage=_stage: reached(world, stage))
