"""The cube of groups: every unit once in each declared dimension, unknown being a group of its own."""

from collections import Counter
from dataclasses import replace

import yaml

from tests.conftest import ROOT
from tests.recount import figure, figures_of, ratio
from tests.recount.applications import mature as mature_applications
from tests.recount.applications import selected_in_time
from tests.recount.pairs import Pair, hired, mature, offered_in_a_year, pairs
from tests.recount.world import World

DIMENSIONS = len(yaml.safe_load((ROOT / "dbt_project" / "dbt_project.yml").read_text())["vars"]["selection_dimensions"])
STAGES = {
    ("group_applications_selected", "group_applications_mature", "group_selection_rate"): (
        "applications_selected",
        "applications_mature",
    ),
    ("group_engagements_completed", "group_engagements_mature", "group_completion_rate"): (
        "engagements_completed_in_time",
        "engagements_mature_completion",
    ),
}
"""Advanced, units and rate of each stage -> the counts, independent themselves, that they repeat by group."""


def counted(world: World, name: str) -> float:
    return figures_of(name)(world) or 0


for (_advanced, _units, _rate), (_k, _n) in STAGES.items():
    figure(_advanced)(lambda world, name=_k: DIMENSIONS * counted(world, name))
    figure(_units)(lambda world, name=_n: DIMENSIONS * counted(world, name))
    figure(_rate)(lambda world, k=_k, n=_n: ratio(counted(world, k), counted(world, n)))


def untold(world: World) -> list[Pair]:
    """Return the pairs as their hosts know them, as if nobody had started elsewhere."""
    return [replace(pair, elsewhere=[]) for pair in pairs(world)]


def watched(world: World) -> float:
    return DIMENSIONS * sum(mature(pair, 365) for pair in untold(world))


def offered(world: World) -> float:
    return DIMENSIONS * sum(offered_in_a_year(pair, "full_time") for pair in untold(world))


def started(world: World) -> float:
    return DIMENSIONS * sum(hired(pair, 365) for pair in untold(world))


figure("group_completers_awaiting_offers")(watched)
figure("group_completers_awaiting_hires")(watched)
figure("group_completers_offered")(offered)
figure("group_completers_hired")(started)
figure("group_offer_through")(lambda world: ratio(offered(world), watched(world)))
figure("group_hire_through")(lambda world: ratio(started(world), watched(world)))


def groups(world: World, column: str) -> dict[object, tuple[int, int]]:
    """Return, by value of a student's column, mature applications and those selected in time; None is a group."""

    def value(row: dict[str, object]) -> object:
        return world.students.get(str(row["student_id"]), {}).get(column)

    units = Counter(value(row) for row in mature_applications(world))
    chosen = Counter(value(row) for row in selected_in_time(world))
    return {group: (count, chosen[group]) for group, count in units.items()}
