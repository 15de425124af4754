"""Persons who applied: success, industries, projects, pay, those never selected; students by term since joining."""

from collections import defaultdict
from datetime import timedelta
from functools import cache
from statistics import median
from typing import Any

from tests.recount import figure, ratio
from tests.recount.applications import applications
from tests.recount.engagements import approved
from tests.recount.projects import quantile
from tests.recount.world import World

WINDOW = timedelta(days=90)


RANGES = {"32": "31", "33": "31", "45": "44", "49": "48"}
"""Two-digit codes that NAICS takes together: manufacturing, retail, transportation."""


def sector_of(naics: str | None) -> str | None:
    return RANGES.get(naics[:2], naics[:2]) if naics else None


@cache
def careers(world: World) -> dict[str, dict[str, Any]]:
    """Return, by person who applied, the first application, selections, and what was completed."""
    sector = {row["employer_id"]: sector_of(row["industry_naics"]) for row in world.dicts("employers")}
    found: dict[str, dict[str, Any]] = {}
    for row in applications(world):
        person = found.setdefault(row["student_id"], {"applied": [], "selected": [], "roots": {}, "pay": []})
        person["applied"].append(row["applied_at"])
        if row["selected_at"]:
            person["selected"].append(row["selected_at"])
    for row in approved(world):
        if row["student_id"] in found:
            found[row["student_id"]]["roots"][row["root"]] = sector.get(row["employer_id"])
            if row["amount_paid_usd"] is not None:
                found[row["student_id"]]["pay"].append(float(row["amount_paid_usd"]))
    return found


def mature(world: World) -> list[dict[str, Any]]:
    return [each for each in careers(world).values() if min(each["applied"]) + WINDOW <= world.as_of]


def selected(world: World) -> float:
    return sum(any(at <= min(each["applied"]) + WINDOW for at in each["selected"]) for each in mature(world))


def completed(world: World) -> list[dict[str, Any]]:
    return [each for each in careers(world).values() if each["roots"]]


def industries(world: World) -> list[int]:
    """Return how many sectors each person sampled, where any is known."""
    counts = [len({sector for sector in each["roots"].values() if sector}) for each in completed(world)]
    return [count for count in counts if count]


def keen(world: World) -> list[dict[str, Any]]:
    return [each for each in careers(world).values() if len(each["applied"]) >= 3]


def never(world: World) -> float:
    return sum(not each["selected"] for each in keen(world))


def project_counts(world: World) -> list[int]:
    return [len(each["roots"]) for each in completed(world)]


def pays(world: World) -> list[float]:
    """Return what each person was paid for approved work, where any of it is known."""
    return [sum(each["pay"]) for each in completed(world) if each["pay"]]


figure("persons_applied")(lambda world: len(careers(world)))
figure("persons_mature_90_days")(lambda world: len(mature(world)))
figure("persons_selected_90_days")(selected)
figure("student_success_rate")(lambda world: ratio(selected(world), len(mature(world))))
figure("persons_completed")(lambda world: len(completed(world)))
figure("student_industries")(lambda world: sum(industries(world)))
figure("persons_with_known_industry")(lambda world: len(industries(world)))
figure("industries_per_student")(lambda world: ratio(sum(industries(world)), len(industries(world))))
figure("industries_per_student_median")(lambda world: median(industries(world)) if industries(world) else None)
figure("industries_per_student_p90")(lambda world: quantile(industries(world), 0.9))
figure("student_projects")(lambda world: sum(project_counts(world)))
figure("projects_per_student")(lambda world: ratio(sum(project_counts(world)), len(completed(world))))
figure("projects_per_student_median")(lambda world: median(project_counts(world)) if completed(world) else None)
figure("projects_per_student_p90")(lambda world: quantile(project_counts(world), 0.9))
figure("student_pay_usd")(lambda world: sum(pays(world)))
figure("persons_with_known_pay")(lambda world: len(pays(world)))
figure("pay_per_student")(lambda world: ratio(sum(pays(world)), len(pays(world))))
figure("pay_per_student_p90")(lambda world: quantile(pays(world), 0.9))
figure("pay_per_student_median")(lambda world: median(pays(world)) if pays(world) else None)
figure("persons_with_3_applications")(lambda world: len(keen(world)))
figure("persons_never_selected")(never)
figure("never_selected_rate")(lambda world: ratio(never(world), len(keen(world))))


@figure("selection_gini")
def selection_gini(world: World) -> float | None:
    """Return Gini's mean absolute difference over twice the mean, of selections per person who applied."""
    counts = [len(each["selected"]) for each in careers(world).values()]
    if not sum(counts):
        return None
    frequencies: dict[int, int] = defaultdict(int)
    for count in counts:
        frequencies[count] += 1
    apart = sum(
        abs(one - other) * weight * weight_too
        for one, weight in frequencies.items()
        for other, weight_too in frequencies.items()
    )
    return apart / (2 * len(counts) * sum(counts))
