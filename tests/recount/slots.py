"""Projects with two slots or more: simultaneous test drives."""

from collections import defaultdict
from functools import cache

from tests.recount import figure, ratio
from tests.recount.engagements import approved
from tests.recount.pairs import Pair, hired, mature, pairs
from tests.recount.world import World


@cache
def drives(world: World) -> list[list[Pair]]:
    """Return the pairs of each such project's completers, where all of them are eligible and their year is over."""
    of_student = {(pair.student, pair.host): pair for pair in pairs(world)}
    completers: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in approved(world):
        if row["project_id"] and world.projects[row["project_id"]]["slots"] >= 2 and row["student_id"]:
            completers[row["project_id"]].add((row["student_id"], row["host"]))
    theirs = [[of_student[key] for key in keys] for keys in completers.values()]
    return [each for each in theirs if all(mature(pair, 365) for pair in each)]


def hires(world: World) -> float:
    return sum(hired(pair, 365) for drive in drives(world) for pair in drive)


figure("multi_slot_projects_mature")(lambda world: len(drives(world)))
figure("multi_slot_hires")(hires)
figure("hires_per_multi_slot_project")(lambda world: ratio(hires(world), len(drives(world))))
