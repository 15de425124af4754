"""Outcomes of persons: the funnel's second half, intent to treat, any employer, NACE, graduates."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from tests.recount import figure, ratio
from tests.recount.applications import applications
from tests.recount.hires import first_year, pair_of_person
from tests.recount.pairs import Pair, ats_applications, count, pairs
from tests.recount.world import Start, World

POSITIVE = {"employed_full_time", "employed_part_time", "service", "military", "continuing_education"}
NOT_ELIGIBLE = {"service", "military", "continuing_education", "not_seeking"}


def full_time_offers(pair: Pair) -> list[dict[str, Any]]:
    return [each for each in pair.offers if each["is_full_time"]]


def is_hired(pair: Pair) -> bool:
    return not pair.is_pre_existing and pair.host_day is not None


def is_accepted(pair: Pair) -> bool:
    taken = any(each["accepted_at"] for each in full_time_offers(pair))
    return not pair.is_pre_existing and (taken or pair.host_day is not None)


def is_offered(pair: Pair) -> bool:
    sent = any(each["first_sent_at"] for each in full_time_offers(pair))
    return not pair.is_pre_existing and (sent or is_accepted(pair))


def is_retained(world: World, pair: Pair) -> bool:
    """Tell whether the hire that followed is known to have lasted a year."""
    hire = next((each for each in pair.at_host if each.day == pair.host_day), None)
    return is_hired(pair) and hire is not None and first_year(world, hire) is True


figure("completers_offered")(lambda world: count(world, is_offered))
figure("completers_accepted")(lambda world: count(world, is_accepted))
figure("completers_hired")(lambda world: count(world, is_hired))
figure("completers_retained_1_year")(lambda world: count(world, lambda pair: is_retained(world, pair)))


@cache
def applicant_pairs(world: World) -> list[dict[str, Any]]:
    """Return, by person and host applied to, what the 545 days from the first application brought."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in applications(world):
        if row["project_id"] in world.projects:
            groups[(row["student_id"], world.projects[row["project_id"]]["host"])].append(row)
    starts = starts_by_person(world)
    return [applicant_pair(world, student, host, rows, starts) for (student, host), rows in groups.items()]


@cache
def starts_by_person(world: World) -> dict[Any, list[Start]]:
    found: dict[Any, list[Start]] = defaultdict(list)
    for hire in world.hires:
        found[hire.person].append(hire)
    return found


def applicant_pair(
    world: World, student: str, host: str, rows: list[dict[str, Any]], starts: dict[Any, list[Start]]
) -> dict[str, Any]:
    person = world.people.find(("student", student))
    applied = min(row["applied_at"] for row in rows)
    selected = min((row["selected_at"] for row in rows if row["selected_at"]), default=None)
    known, observed = ats_applications(world).get((person, host)), world.observed.get(host)
    at_host = [hire.day for hire in starts[person] if hire.host == host]

    def is_known_by(moment: datetime) -> bool:
        return bool(known and known < moment) or any(day <= moment.date() for day in at_host)

    last = applied.date() + timedelta(days=545)
    unfollowed = world.unfollowed.get(student)
    is_watched = bool(observed) and observed[0] <= applied.date() and last <= observed[1]
    is_mature = is_watched and not (unfollowed and unfollowed < last) and not is_known_by(applied)
    pair = pair_of_person(world).get((person, host))
    start = pair.first_start if pair else None
    return {
        "is_pre_existing": is_known_by(applied),
        "is_selected": selected is not None,
        "is_selected_pre_existing": selected is not None and (is_known_by(applied) or is_known_by(selected)),
        "is_mature": is_mature,
        "is_selected_mature": is_mature and selected is not None and not is_known_by(selected),
        "is_hired": is_mature
        and pair is not None
        and start is not None
        and start[0] == "host"
        and pair.is_eligible
        and start[1] <= min(pair.completed + timedelta(days=365), last),
    }


def of_applicants(world: World, name: str) -> float:
    return sum(row[name] for row in applicant_pairs(world))


def hired_of_selected(world: World) -> float:
    return sum(row["is_hired"] and row["is_selected_mature"] for row in applicant_pairs(world))


figure("applicant_pairs")(lambda world: len(applicant_pairs(world)))
figure("applicant_pairs_pre_existing")(lambda world: of_applicants(world, "is_pre_existing"))
figure("applicant_pairs_mature_545_days")(lambda world: of_applicants(world, "is_mature"))
figure("selected_pairs_mature_545_days")(lambda world: of_applicants(world, "is_selected_mature"))
figure("applicant_hires_545_days")(lambda world: of_applicants(world, "is_hired"))
figure("hire_through_of_applicants")(
    lambda world: ratio(of_applicants(world, "is_hired"), of_applicants(world, "is_mature"))
)
figure("hire_through_of_selected")(
    lambda world: ratio(hired_of_selected(world), of_applicants(world, "is_selected_mature"))
)


@cache
def last_answers(world: World) -> dict[str, dict[str, Any]]:
    """Return the latest answer to the first-destination survey of each student; of one moment, the first number."""
    found: dict[str, dict[str, Any]] = {}
    for row in sorted(world.dicts("first_destinations"), key=lambda row: row["response_id"], reverse=True):
        known = found.get(row["student_id"])
        if known is None or row["surveyed_at"] >= known["surveyed_at"]:
            found[row["student_id"]] = row
    return found


@cache
def nace(world: World) -> dict[str, int]:
    """Count eligible pairs, those converted and those unknown, over all classes."""
    found = {"eligible": 0, "converted": 0, "unknown": 0}
    for pair in pairs(world):
        if not pair.graduation or pair.is_pre_existing or pair.observed is None or pair.follow_up_ends is None:
            continue
        deadline = date(pair.graduation.year + (pair.graduation.month > 6), 12, 31)
        answer = last_answers(world).get(pair.student)
        if pair.completed > deadline or pair.observed[0] > pair.completed or pair.follow_up_ends < deadline:
            continue
        if answer and answer["outcome"] in NOT_ELIGIBLE:
            continue
        accepted = [each["accepted_at"].date() for each in full_time_offers(pair) if each["accepted_at"]]
        is_converted = any(day <= deadline for day in [*accepted, *([pair.host_day] if pair.host_day else [])])
        found["eligible"] += 1
        found["converted"] += is_converted
        found["unknown"] += not is_converted and answer is None
    return found


for _name in ("eligible", "converted", "unknown"):
    figure(f"nace_{_name}")(lambda world, name=_name: nace(world)[name])
figure("nace_conversion_rate")(lambda world: ratio(nace(world)["converted"], nace(world)["eligible"]))


@cache
def graduates(world: World) -> list[dict[str, bool]]:
    """Return what is known of each consenting student who graduated by as_of."""
    found = []
    for student, row in world.students.items():
        graduation = row["graduation_date"]
        if not graduation or graduation > world.today:
            continue
        deadline = date(graduation.year + (graduation.month > 6), 12, 31)
        answer = last_answers(world).get(student)
        starts = starts_by_person(world)[world.people.find(("student", student))]
        has_started = any(hire.day <= deadline and (hire.end is None or hire.end >= graduation) for hire in starts)
        found.append(
            {
                "is_known": has_started or answer is not None,
                "is_positive": has_started or (answer is not None and answer["outcome"] in POSITIVE),
                "is_seeking": has_started or (answer is not None and answer["outcome"] != "not_seeking"),
            }
        )
    return found


def of_graduates(world: World, name: str) -> float:
    return sum(row[name] for row in graduates(world))


figure("graduates")(lambda world: len(graduates(world)))
figure("graduates_known")(lambda world: of_graduates(world, "is_known"))
figure("graduates_known_seeking")(lambda world: of_graduates(world, "is_seeking"))
figure("graduates_positive")(lambda world: of_graduates(world, "is_positive"))
figure("knowledge_rate")(lambda world: ratio(of_graduates(world, "is_known"), len(graduates(world))))
figure("career_outcomes_rate")(
    lambda world: ratio(of_graduates(world, "is_positive"), of_graduates(world, "is_seeking"))
)


@cache
def anywhere(world: World) -> list[dict[str, Any]]:
    """Return, by person, when they first completed, what was watched since, and the first start anywhere."""
    theirs: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs(world):
        theirs[pair.student].append(pair)
    return [person_outcome(world, student, each) for student, each in theirs.items()]


def person_outcome(world: World, student: str, theirs: list[Pair]) -> dict[str, Any]:
    completed = min(pair.completed for pair in theirs)
    starts = starts_by_person(world)[world.people.find(("student", student))]
    answer, unfollowed = last_answers(world).get(student), world.unfollowed.get(student)
    told = answer["surveyed_at"].date() if answer and answer["surveyed_at"].date() >= completed else None
    feeds = [pair.observed for pair in theirs if pair.observed]
    first = completed if told else min((feed[0] for feed in feeds), default=None)
    ends = [feed[1] for feed in feeds] + ([told] if told else [])
    last = max(ends, default=None)
    if last and unfollowed:
        last = min(last, unfollowed)
    later = [hire.day for hire in starts if hire.day > completed]
    if told and answer and answer["outcome"] == "employed_full_time" and told > completed:
        later.append(told)
    return {
        "completed": completed,
        "first": first,
        "last": last,
        "start": min(later, default=None),
        "is_employed": any(hire.day <= completed and (hire.end is None or hire.end > completed) for hire in starts),
    }


def watched(person: dict[str, Any], window: int) -> bool:
    return (
        not person["is_employed"]
        and person["first"] is not None
        and person["first"] <= person["completed"]
        and person["completed"] + timedelta(days=window) <= person["last"]
    )


def started(person: dict[str, Any], window: int) -> bool:
    start = person["start"]
    return watched(person, window) and start is not None and start <= person["completed"] + timedelta(days=window)


figure("persons_completed_anywhere")(lambda world: len(anywhere(world)))
for _window in (180, 365, 730):
    _suffix = "" if _window == 365 else f"_{_window}_days"
    figure(f"persons_mature_{_window}_days")(
        lambda world, window=_window: sum(watched(each, window) for each in anywhere(world))
    )
    figure(f"any_hires_within_{_window}_days")(
        lambda world, window=_window: sum(started(each, window) for each in anywhere(world))
    )
    figure(f"any_employer_hire_through{_suffix}")(
        lambda world, window=_window: ratio(
            sum(started(each, window) for each in anywhere(world)),
            sum(watched(each, window) for each in anywhere(world)),
        )
    )
