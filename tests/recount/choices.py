"""Choices: whom a host chose and whom it passed over when they first stood before it, and whom it hired of them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from tests.recount import figure, ratio
from tests.recount.applications import applications, moments
from tests.recount.outcomes import starts_by_person
from tests.recount.pairs import ats_applications
from tests.recount.world import World


@dataclass(frozen=True)
class Choice:
    """The first time that a host chose a person: when, and for which employer's month of the programme."""

    moment: datetime
    month: tuple[str, date]


@cache
def considered(world: World) -> dict[Any, tuple[datetime, dict[str, Any]]]:
    """Return, by person and host, the first choice in which the person stood, and the application to it.

    A project's choice is its first selection; who had not applied by then, or had withdrawn, did not stand in it.
    """
    choices: dict[str, datetime] = {}
    for row in applications(world):
        if row["selected_at"]:
            choices[row["project_id"]] = min(row["selected_at"], choices.get(row["project_id"], row["selected_at"]))
    found: dict[Any, tuple[datetime, dict[str, Any]]] = {}
    for row in sorted(applications(world), key=lambda row: row["application_id"]):
        moment, host = choices.get(row["project_id"]), host_of(world, row)
        withdrawn = moments(world).get(row["application_id"], {}).get("withdrawn")
        if moment and host in world.observed and row["student_id"] and row["applied_at"] <= moment:
            key = (world.people.find(("student", row["student_id"])), host)
            if not (withdrawn and withdrawn <= moment) and (key not in found or moment < found[key][0]):
                found[key] = (moment, row)
    return found


def host_of(world: World, row: dict[str, Any]) -> str | None:
    return world.projects[row["project_id"]]["host"] if row["project_id"] in world.projects else None


@cache
def first_choices(world: World) -> dict[Any, Choice]:
    """Return, by person and host, when the host first chose the person."""
    found: dict[Any, Choice] = {}
    for row in sorted(applications(world), key=lambda row: row["application_id"]):
        if row["selected_at"] and row["student_id"] and host_of(world, row):
            key = (world.people.find(("student", row["student_id"])), host_of(world, row))
            if key not in found or row["selected_at"] < found[key].moment:
                day = (row["accepted_at"] or row["selected_at"]).date()
                month = (world.projects[row["project_id"]]["employer_id"], day.replace(day=1))
                found[key] = Choice(row["selected_at"], month)
    return found


def is_new(world: World, person: Any, host: str, moment: datetime) -> bool:
    """Tell whether a person was not in the host's ATS before the moment, nor hired by it by that day."""
    known = ats_applications(world).get((person, host))
    hires = (hire.day for hire in starts_by_person(world)[person] if hire.host == host)
    return not (known and known < moment) and all(day > moment.date() for day in hires)


@cache
def newly_chosen(world: World) -> list[Choice]:
    """Return the first choice of everybody who stood in some choice of the host and was new to it when chosen."""
    chosen = {key: choice for key, choice in first_choices(world).items() if key in considered(world)}
    return [choice for key, choice in chosen.items() if is_new(world, *key, choice.moment)]


@cache
def compared(world: World) -> dict[bool, list[tuple[bool, bool]]]:
    """Return, for chosen and passed over, whether the host hired, and whether it chose, within a year of the choice.

    One entry per person and host who were new to each other, and whose year is observed.
    """
    found: dict[bool, list[tuple[bool, bool]]] = {True: [], False: []}
    for (person, host), (moment, row) in considered(world).items():
        observed, unfollowed = world.observed[host], world.unfollowed.get(row["student_id"])
        last = moment.date() + timedelta(days=365)
        is_watched = observed[0] <= moment.date() and last <= observed[1]
        choice = first_choices(world).get((person, host))
        is_first = choice is None or choice.moment >= moment
        if is_watched and is_first and not (unfollowed and unfollowed < last) and is_new(world, person, host, moment):
            is_hired = any(hire.host == host and hire.day <= last for hire in starts_by_person(world)[person])
            is_chosen = choice is not None and choice.moment.date() <= last
            found[bool(row["selected_at"])].append((is_hired, is_chosen))
    return found


for _group, _is_selected in (("selected", True), ("passed_over", False)):
    figure(f"{_group}_compared")(lambda world, key=_is_selected: len(compared(world)[key]))
    figure(f"{_group}_hired_365_days")(lambda world, key=_is_selected: sum(hit for hit, _ in compared(world)[key]))
    figure(f"{_group}_hire_rate_365_days")(
        lambda world, key=_is_selected: ratio(sum(hit for hit, _ in compared(world)[key]), len(compared(world)[key]))
    )


def chosen_elsewhere(world: World) -> float:
    return sum(elsewhere for _, elsewhere in compared(world)[False])


figure("passed_over_chosen_elsewhere_365_days")(chosen_elsewhere)
figure("passed_over_chosen_elsewhere_rate")(lambda world: ratio(chosen_elsewhere(world), len(compared(world)[False])))
