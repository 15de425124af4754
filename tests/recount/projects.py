"""Projects: applications, decisions, fills, zeros, depth; supply against demand."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from math import ceil
from statistics import median
from typing import Any

from tests.recount import figure, ratio
from tests.recount.applications import applications
from tests.recount.world import World


@cache
def applications_by_project(world: World) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in applications(world):
        found[row["project_id"]].append(row)
    return found


def mature(world: World, days: int) -> list[dict[str, Any]]:
    return [row for row in world.projects.values() if row["posted_at"] <= world.before(days)]


@cache
def accepted_within(world: World, days: int) -> dict[str, int]:
    """Count, by mature project, the selections accepted within so many days of posting."""
    theirs = applications_by_project(world)
    return {
        row["project_id"]: sum(
            bool(each["accepted_at"]) and each["accepted_at"] <= row["posted_at"] + timedelta(days=days)
            for each in theirs[row["project_id"]]
        )
        for row in mature(world, days)
    }


def filled(world: World, days: int) -> float:
    return sum(count > 0 for count in accepted_within(world, days).values())


def slots_filled(world: World, days: int) -> float:
    return sum(min(count, world.projects[key]["slots"]) for key, count in accepted_within(world, days).items())


def slots(world: World, days: int) -> float:
    return sum(row["slots"] for row in mature(world, days))


for _days in (14, 30, 60):
    figure(f"projects_mature_{_days}_days")(lambda world, days=_days: len(mature(world, days)))
    figure(f"projects_filled_{_days}_days")(lambda world, days=_days: filled(world, days))
    figure(f"fill_rate_{_days}_days")(lambda world, days=_days: ratio(filled(world, days), len(mature(world, days))))
    figure(f"slots_mature_{_days}_days")(lambda world, days=_days: slots(world, days))
    figure(f"slots_filled_{_days}_days")(lambda world, days=_days: slots_filled(world, days))
    figure(f"slot_fill_rate_{_days}_days")(
        lambda world, days=_days: ratio(slots_filled(world, days), slots(world, days))
    )


@figure("projects_posted")
def projects_posted(world: World) -> float:
    return len(world.projects)


@figure("slots_posted")
def slots_posted(world: World) -> float:
    return sum(row["slots"] for row in world.projects.values())


def counts(world: World) -> list[int]:
    theirs = applications_by_project(world)
    return sorted(len(theirs[key]) for key in world.projects)


@figure("project_applications")
def project_applications(world: World) -> float:
    return sum(counts(world))


@figure("applications_per_project")
def applications_per_project(world: World) -> float | None:
    return ratio(sum(counts(world)), len(world.projects))


@figure("applications_per_project_median")
def applications_per_project_median(world: World) -> float | None:
    return median(counts(world)) if world.projects else None


def quantile(values: Sequence[float], share: float) -> float | None:
    """Return the smallest value that the share of all values does not exceed."""
    return sorted(values)[ceil(share * len(values)) - 1] if values else None


figure("applications_per_project_p90")(lambda world: quantile(counts(world), 0.9))


def decided(world: World) -> list[list[dict[str, Any]]]:
    """Return the applications of each project whose employer selected or rejected somebody."""
    theirs = applications_by_project(world)
    return [
        theirs[key] for key in world.projects if any(each["selected_at"] or each["rejected_at"] for each in theirs[key])
    ]


@figure("projects_decided")
def projects_decided(world: World) -> float:
    return len(decided(world))


@figure("viable_candidates")
def viable_candidates(world: World) -> float:
    return sum(each["stage"] >= 1 for project in decided(world) for each in project)


@figure("viable_candidates_per_project")
def viable_candidates_per_project(world: World) -> float | None:
    return ratio(viable_candidates(world), projects_decided(world))


def deep(world: World) -> float:
    theirs = applications_by_project(world)
    week = timedelta(days=7)
    early = [
        sum(each["applied_at"] <= row["posted_at"] + week for each in theirs[row["project_id"]])
        for row in mature(world, 7)
    ]
    return sum(count >= 5 for count in early)


figure("projects_mature_7_days")(lambda world: len(mature(world, 7)))
figure("projects_deep_7_days")(deep)
figure("market_depth_rate")(lambda world: ratio(deep(world), len(mature(world, 7))))


def closed(world: World) -> list[dict[str, Any]]:
    return [row for row in world.projects.values() if row["closed_at"] and row["closed_at"] <= world.as_of]


def without_applications(world: World) -> float:
    theirs = applications_by_project(world)
    return sum(not theirs[row["project_id"]] for row in closed(world))


def without_selection(world: World) -> float:
    theirs = applications_by_project(world)
    return sum(
        bool(theirs[row["project_id"]]) and not any(each["selected_at"] for each in theirs[row["project_id"]])
        for row in closed(world)
    )


figure("projects_closed")(lambda world: len(closed(world)))
figure("projects_closed_without_applications")(without_applications)
figure("projects_closed_without_selection")(without_selection)
figure("unfilled_without_applications_rate")(lambda world: ratio(without_applications(world), len(closed(world))))
figure("unfilled_without_selection_rate")(lambda world: ratio(without_selection(world), len(closed(world))))


@figure("days_to_fill_median")
def days_to_fill_median(world: World) -> float | None:
    theirs = applications_by_project(world)
    waits = []
    for key, row in world.projects.items():
        accepted = [each["accepted_at"] for each in theirs[key] if each["accepted_at"]]
        if accepted:
            waits.append(round((min(accepted) - row["posted_at"]).total_seconds() / 86400 + 1e-9, 2))
    return median(waits) if waits else None


def cuts(world: World) -> list[datetime]:
    """Return the ends of all months since the first posting, and as_of for the running one."""
    first = min(row["posted_at"] for row in world.projects.values())
    found, month = [], date(first.year, first.month, 1)
    while month <= world.today:
        following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
        found.append(min(datetime(following.year, following.month, following.day), world.as_of))
        month = following
    return found


def applicant_months(world: World) -> float:
    """Add up, over month ends and categories, the persons who applied in the 30 days before."""
    total = 0
    rows = [(row["applied_at"], world.projects[row["project_id"]]["category"], row["student_id"])
            for row in applications(world) if row["project_id"] in world.projects]  # fmt: skip
    for cut in cuts(world):
        since = cut - timedelta(days=30)
        people = {(category, student) for at, category, student in rows if since < at <= cut}
        total += sum(Counter(category for category, _ in people).values())
    return total


def open_slot_months(world: World) -> float:
    """Add up, over month ends and categories, the slots that were posted, not closed and not yet accepted."""
    theirs, total = applications_by_project(world), 0
    for cut in cuts(world):
        for key, row in world.projects.items():
            if row["posted_at"] <= cut and not (row["closed_at"] and row["closed_at"] <= cut):
                taken = sum(bool(each["accepted_at"]) and each["accepted_at"] <= cut for each in theirs[key])
                total += max(row["slots"] - taken, 0)
    return total


figure("applicant_months")(applicant_months)
figure("open_slot_months")(open_slot_months)
figure("applicants_per_open_slot")(lambda world: ratio(applicant_months(world), open_slot_months(world)))
