"""The cube of groups: every unit once in each declared dimension, unknown being a group of its own."""

from collections import Counter

import yaml

from tests.conftest import ROOT
from tests.recount import figure, figures_of, ratio
from tests.recount.applications import mature, selected_in_time
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
    ("group_completers_offered", "group_completers_awaiting_offers", "group_offer_through"): (
        "offers_within_365_days",
        "completers_mature_365_days",
    ),
    ("group_completers_hired", "group_completers_awaiting_hires", "group_hire_through"): (
        "hires_within_365_days",
        "completers_mature_365_days",
    ),
}
"""Advanced, units and rate of each stage -> the counts, independent themselves, that they repeat by group."""


def counted(world: World, name: str) -> float:
    return figures_of(name)(world) or 0


for (_advanced, _units, _rate), (_k, _n) in STAGES.items():
    figure(_advanced)(lambda world, name=_k: DIMENSIONS * counted(world, name))
    figure(_units)(lambda world, name=_n: DIMENSIONS * counted(world, name))
    figure(_rate)(lambda world, k=_k, n=_n: ratio(counted(world, k), counted(world, n)))


def groups(world: World, column: str) -> dict[object, tuple[int, int]]:
    """Return, by value of a student's column, mature applications and those selected in time; None is a group."""

    def value(row: dict[str, object]) -> object:
        return world.students.get(str(row["student_id"]), {}).get(column)

    units = Counter(value(row) for row in mature(world))
    chosen = Counter(value(row) for row in selected_in_time(world))
    return {group: (count, chosen[group]) for group, count in units.items()}
