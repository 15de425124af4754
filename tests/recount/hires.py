"""Hires and offers: retention, influence, credit, timing, new schools."""

import csv
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from statistics import median
from typing import Any

from tests.conftest import ROOT
from tests.recount import figure, ratio
from tests.recount.applications import applications
from tests.recount.engagements import approved, days
from tests.recount.pairs import Pair, pairs
from tests.recount.world import Start, World

YEAR = timedelta(days=365)


@cache
def new_hires(world: World) -> list[Start]:
    """Return the first full-time start of each person at each host; elsewhere every start is one."""
    firsts: dict[Any, Start] = {}
    for hire in sorted(world.hires, key=lambda each: (each.day, key_of(each))):
        firsts.setdefault((hire.person, hire.host) if hire.host else id(hire), hire)
    return list(firsts.values())


def key_of(hire: Start) -> str:
    if hire.evidence == "employment":
        return str(hire.row["employment_id"])
    return f"offer:{hire.row['system']}:{hire.row['offer_id']}"


@cache
def pair_of_person(world: World) -> dict[Any, Pair]:
    return {(world.people.find(("student", pair.student)), pair.host): pair for pair in pairs(world)}


@cache
def completions(world: World) -> dict[Any, list[dict[str, Any]]]:
    """Return approved engagements by person and host."""
    found: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for row in approved(world):
        if row["student_id"]:
            found[(world.people.find(("student", row["student_id"])), row["host"])].append(row)
    return found


@cache
def attributable(world: World) -> list[tuple[Start, list[dict[str, Any]]]]:
    """Return the hires that micro-internships can be credited with, and the engagements completed before each."""
    found = []
    for hire in new_hires(world):
        pair = pair_of_person(world).get((hire.person, hire.host)) if hire.host else None
        rows = [row for row in completions(world)[(hire.person, hire.host)] if row["approved_at"].date() < hire.day]
        if pair and rows and not pair.is_pre_existing:
            rows.sort(key=lambda row: (row["approved_at"], row["engagement_id"]))
            found.append((hire, rows))
    return found


def within(hire: Start, rows: list[dict[str, Any]], window: int) -> list[dict[str, Any]]:
    return [row for row in rows if row["approved_at"].date() >= hire.day - timedelta(days=window)]


figure("hires")(lambda world: sum(hire.host is not None for hire in new_hires(world)))
figure("hires_by_micro_internship")(lambda world: len(attributable(world)))
figure("hires_by_micro_internship_strict_host")(
    lambda world: sum(any(row["employer_id"] == hire.employer for row in rows) for hire, rows in attributable(world))
)


def credited(world: World, window: int) -> float:
    """Count the hires with a completion in the window: whatever the model, each of them is shared out whole."""
    return sum(bool(within(hire, rows, window)) for hire, rows in attributable(world))


for _window in (180, 365, 730):
    figure(f"hires_influenced_{_window}_days")(lambda world, window=_window: credited(world, window))
    for _model in ("first_touch", "last_touch", "linear"):
        _name = f"hires_{_model}" + ("" if _window == 365 else f"_{_window}_days")
        figure(_name)(lambda world, window=_window: credited(world, window))


MOVE = timedelta(days=7)
"""The longest break between two jobs at one host that is still a move."""


@cache
def jobs_at_hosts(world: World) -> dict[Any, list[Start]]:
    """Return the full-time employments of each person at each host."""
    found: dict[Any, list[Start]] = defaultdict(list)
    for hire in world.hires:
        if hire.evidence == "employment" and hire.host:
            found[(hire.person, hire.host)].append(hire)
    return found


def left(world: World, hire: Start) -> date | None:
    """Return the last day of the stay at the host that a hire belongs to; None while it lasts."""
    end = hire.end
    while end is not None:
        next_ends = [
            job.end
            for job in jobs_at_hosts(world)[(hire.person, hire.host)]
            if job.day <= end + MOVE and (job.end is None or job.end > end)
        ]
        if not next_ends:
            return end
        end = None if None in next_ends else max(each for each in next_ends if each)
    return None


def first_year(world: World, hire: Start) -> bool | None:
    """Tell whether a hire stayed for a year; None where the watch over the host does not cover it whole."""
    observed, anniversary = world.observed.get(hire.host or ""), hire.day + YEAR
    if hire.evidence != "employment" or observed is None:
        return None
    if hire.day < observed[0] or observed[1] < anniversary:
        return None
    end = left(world, hire)
    return end is None or end >= anniversary


def stayed(world: World) -> list[bool]:
    """Tell of each new hire, known by an employment and observed for its first year, whether it lasted."""
    lasted = (first_year(world, hire) for hire in new_hires(world))
    return [each for each in lasted if each is not None]


figure("hires_observed_1_year")(lambda world: len(stayed(world)))
figure("hires_retained_1_year")(lambda world: sum(stayed(world)))
figure("hires_left_1_year")(lambda world: len(stayed(world)) - sum(stayed(world)))
figure("retention_rate_1_year")(lambda world: ratio(sum(stayed(world)), len(stayed(world))))
figure("attrition_rate_1_year")(lambda world: ratio(len(stayed(world)) - sum(stayed(world)), len(stayed(world))))


def count_offers(world: World, condition: Callable[[dict[str, Any]], Any]) -> float:
    return sum(bool(condition(each)) for each in world.offers)


def is_resolved(offer: dict[str, Any]) -> bool:
    return bool(offer["was_accepted"]) or offer["status"] == "rejected"


def tells_position(offer: dict[str, Any]) -> bool:
    return bool(offer["was_accepted"]) and offer["is_new_position"] is not None


def is_new_position(offer: dict[str, Any]) -> bool:
    return tells_position(offer) and bool(offer["is_new_position"])


def accepted(world: World) -> float:
    return count_offers(world, lambda each: each["was_accepted"])


figure("offers")(lambda world: len(world.offers))
figure("offers_accepted")(accepted)
figure("offers_resolved")(lambda world: count_offers(world, is_resolved))
figure("offer_acceptance_rate")(lambda world: ratio(accepted(world), count_offers(world, is_resolved)))
figure("offers_reneged")(lambda world: count_offers(world, lambda each: each["is_reneged"]))
figure("renege_rate")(lambda world: ratio(count_offers(world, lambda each: each["is_reneged"]), accepted(world)))
figure("offers_accepted_with_known_position")(lambda world: count_offers(world, tells_position))
figure("offers_for_new_positions")(lambda world: count_offers(world, is_new_position))
figure("new_position_share")(
    lambda world: ratio(count_offers(world, is_new_position), count_offers(world, tells_position))
)


@figure("days_to_offer_median")
def days_to_offer_median(world: World) -> float | None:
    waits = [
        days(each["first_sent_at"], each["application"]["applied_at"])
        for each in world.offers
        if each["application"] and each["first_sent_at"]
    ]
    return median(waits) if waits else None


@figure("job_days_to_fill_median")
def job_days_to_fill_median(world: World) -> float | None:
    jobs = {(row["system"], row["job_id"]): row for row in world.dicts("ats_jobs")}
    waits = []
    for each in world.offers:
        job = jobs.get((each["system"], (each["application"] or {}).get("job_id")))
        if job and job["opened_at"] and each["accepted_at"]:
            waits.append(days(each["accepted_at"], job["opened_at"]))
    return median(waits) if waits else None


@figure("days_to_hire_median")
def days_to_hire_median(world: World) -> float | None:
    hired = {
        (each["system"], each["application_id"]): each["application"]
        for each in world.offers
        if each["was_accepted"] and each["application"] and each["application"]["hired_at"]
    }
    waits = [days(row["hired_at"], row["applied_at"]) for row in hired.values()]
    return median(waits) if waits else None


@cache
def unique_schools() -> dict[str, str]:
    """Return the institutions whose name nobody else has, by name in lower case."""
    with (ROOT / "data" / "reference" / "institutions.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    counts = Counter(row["name"].strip().lower() for row in rows)
    return {row["name"].strip().lower(): row["unitid"] for row in rows if counts[row["name"].strip().lower()] == 1}


@cache
def schools_of_candidates(world: World) -> dict[Any, str | None]:
    """Return the institution of each person by what candidates' records say; None where they disagree."""
    told: dict[Any, set[str]] = defaultdict(set)
    for row in world.dicts("ats_candidates"):
        school = unique_schools().get((row["school_name"] or "").strip().lower())
        if school:
            told[world.candidate(row["system"], row["candidate_id"])].add(school)
    return {who: next(iter(schools)) if len(schools) == 1 else None for who, schools in told.items()}


def school_of(world: World, person: Any) -> str | None:
    if person[0] == "student":
        return world.students.get(person[1], {}).get("institution_unitid")
    return schools_of_candidates(world).get(person)


@cache
def prior_hires(world: World) -> dict[Any, list[tuple[date, Any]]]:
    """Return days and persons of new hires by host and institution."""
    found: dict[Any, list[tuple[date, Any]]] = defaultdict(list)
    for hire in new_hires(world):
        school = school_of(world, hire.person)
        if hire.host and school:
            found[(hire.host, school)].append((hire.day, hire.person))
    return found


def reach(world: World, entrances: list[tuple[Any, str, date]]) -> tuple[int, int]:
    """Return how many came from a known school after 1,095 observed days, and how many of them from a new one."""
    span, known, new = timedelta(days=1095), 0, 0
    for person, host, day in entrances:
        school, observed = school_of(world, person), world.observed.get(host)
        if not school or observed is None or not (observed[0] <= day - span and day <= observed[1]):
            continue
        known += 1
        new += not any(day - span <= hired < day and who != person for hired, who in prior_hires(world)[(host, school)])
    return known, new


@cache
def selections_reach(world: World) -> tuple[int, int]:
    entrances = [
        (world.people.find(("student", row["student_id"])), world.projects[row["project_id"]]["host"],
         row["selected_at"].date())
        for row in applications(world)
        if row["selected_at"] and row["project_id"] in world.projects
    ]  # fmt: skip
    return reach(world, entrances)


@cache
def hires_reach(world: World) -> tuple[int, int]:
    return reach(world, [(hire.person, hire.host, hire.day) for hire in new_hires(world) if hire.host])


for _kind, _reach in (("selections", selections_reach), ("hires", hires_reach)):
    figure(f"{_kind}_with_known_school")(lambda world, found=_reach: found(world)[0])
    figure(f"{_kind}_from_new_schools")(lambda world, found=_reach: found(world)[1])
    figure(f"new_school_share_of_{_kind}")(lambda world, found=_reach: ratio(found(world)[1], found(world)[0]))
