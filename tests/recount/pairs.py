"""Pairs of person and host: completions, hires, offers, internships, what is known of them, re-engagement."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from tests.recount import figure, ratio
from tests.recount.applications import applications
from tests.recount.engagements import approved
from tests.recount.world import Start, World

WINDOWS = (180, 365, 730)


@dataclass
class Pair:
    """A student and a host with at least one approved engagement between them."""

    student: str
    host: str
    completed_at: datetime
    second_root_at: datetime | None
    selected_at: datetime | None
    ats_applied_at: datetime | None
    at_host: list[Start]
    elsewhere: list[Start]
    observed: tuple[date, date] | None
    follow_up_ends: date | None
    graduation: date | None
    offers: list[dict[str, Any]]
    internship_starts: list[date]

    @property
    def completed(self) -> date:
        return self.completed_at.date()

    @property
    def host_day(self) -> date | None:
        """First full-time start at the host after completing."""
        return min((hire.day for hire in self.at_host if hire.day > self.completed), default=None)

    @property
    def elsewhere_day(self) -> date | None:
        return min((hire.day for hire in self.elsewhere if hire.day > self.completed), default=None)

    @property
    def is_pre_existing(self) -> bool:
        """Tell whether the host knew the person before: in its ATS before the selection, or as an employee."""
        applied, selected = self.ats_applied_at, self.selected_at
        return bool(applied and selected and applied < selected) or any(
            hire.day <= self.completed for hire in self.at_host
        )

    @property
    def is_employed_elsewhere(self) -> bool:
        """Tell whether the person was in full-time work with somebody else on completing."""
        return any(
            hire.day <= self.completed and (hire.end is None or hire.end > self.completed) for hire in self.elsewhere
        )

    @property
    def is_eligible(self) -> bool:
        return not self.is_pre_existing and not self.is_employed_elsewhere

    @property
    def first_start(self) -> tuple[str, date] | None:
        """What the first full-time start after completing was, as far as it was seen; on one day the host's counts."""
        if self.follow_up_ends is None:
            return None
        seen = [
            (day, rank, kind)
            for rank, (kind, day) in enumerate((("host", self.host_day), ("elsewhere", self.elsewhere_day)))
            if day and day <= self.follow_up_ends
        ]
        return (min(seen)[2], min(seen)[0]) if seen else None

    def is_observed(self, since: date, days: int) -> bool:
        """Tell whether so many days from a date lie inside what can be seen of the pair."""
        if self.observed is None or self.follow_up_ends is None:
            return False
        return self.observed[0] <= since and since + timedelta(days=days) <= self.follow_up_ends

    def is_hired_within(self, since: date, days: int) -> bool:
        start = self.first_start
        return start is not None and start[0] == "host" and start[1] <= since + timedelta(days=days)


@cache
def pairs(world: World) -> list[Pair]:
    """Return all pairs."""
    done: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in approved(world):
        if row["student_id"] and row["host"]:
            done[(row["student_id"], row["host"])].append(row)
    selected: dict[tuple[str, str], datetime] = {}
    for row in applications(world):
        project = world.projects.get(row["project_id"])
        if project and row["selected_at"]:
            key = (row["student_id"], project["host"])
            selected[key] = min(row["selected_at"], selected.get(key, row["selected_at"]))
    hires: dict[Any, list[Start]] = defaultdict(list)
    for hire in world.hires:
        hires[hire.person].append(hire)
    return [
        pair_of(world, student, host, rows, selected.get((student, host)), hires)
        for (student, host), rows in done.items()
    ]


def pair_of(
    world: World,
    student: str,
    host: str,
    rows: list[dict[str, Any]],
    selected_at: datetime | None,
    hires: dict[Any, list[Start]],
) -> Pair:
    person = world.people.find(("student", student))
    starts = hires.get(person, [])
    roots: dict[str, datetime] = {}
    for row in rows:
        roots[row["root"]] = min(row["approved_at"], roots.get(row["root"], row["approved_at"]))
    times, unfollowed = sorted(roots.values()), world.unfollowed.get(student)
    observed = world.observed.get(host)
    return Pair(
        student=student,
        host=host,
        completed_at=times[0],
        second_root_at=times[1] if len(times) > 1 else None,
        selected_at=selected_at,
        ats_applied_at=ats_applications(world).get((person, host)),
        at_host=[hire for hire in starts if hire.host == host],
        elsewhere=[hire for hire in starts if hire.host != host],
        observed=observed,
        follow_up_ends=min(observed[1], unfollowed or observed[1]) if observed else None,
        graduation=world.students.get(student, {}).get("graduation_date"),
        offers=[each for each in world.offers if each["person"] == person and each["host"] == host],
        internship_starts=internships(world).get((person, host), []),
    )


@cache
def ats_applications(world: World) -> dict[Any, datetime]:
    """Return when each person first applied in each host's ATS."""
    found: dict[Any, datetime] = {}
    for row in world.dicts("ats_applications"):
        key = (world.candidate(row["system"], row["candidate_id"]), world.host.get(row["employer_id"]))
        found[key] = min(row["applied_at"], found.get(key, row["applied_at"]))
    return found


@cache
def internships(world: World) -> dict[Any, list[date]]:
    """Return the starts of longer internships by person and host."""
    found: dict[Any, list[date]] = defaultdict(list)
    for who, host, row in world.employments:
        if world.is_kind("internship", row["employer_id"], row["system"], row["employment_type"]):
            found[(who, host)].append(row["start_date"])
    return found


def count(world: World, condition: Any) -> float:
    return sum(bool(condition(pair)) for pair in pairs(world))


def mature(pair: Pair, days: int) -> bool:
    return pair.is_eligible and pair.is_observed(pair.completed, days)


def hired(pair: Pair, days: int) -> bool:
    return mature(pair, days) and pair.is_hired_within(pair.completed, days)


figure("completers")(lambda world: len(pairs(world)))
figure("completers_pre_existing")(lambda world: count(world, lambda pair: pair.is_pre_existing))
figure("completers_employed_elsewhere")(
    lambda world: count(world, lambda pair: pair.is_employed_elsewhere and not pair.is_pre_existing)
)
figure("completers_observed")(lambda world: count(world, lambda pair: pair.observed is not None))
for _days in WINDOWS:
    _suffix = "" if _days == 365 else f"_{_days}_days"
    figure(f"completers_mature_{_days}_days")(lambda world, days=_days: count(world, lambda pair: mature(pair, days)))
    figure(f"hires_within_{_days}_days")(lambda world, days=_days: count(world, lambda pair: hired(pair, days)))
    figure(f"hire_through_matured{_suffix}")(
        lambda world, days=_days: ratio(
            count(world, lambda pair: hired(pair, days)), count(world, lambda pair: mature(pair, days))
        )
    )


@figure("completers_at_risk")
def completers_at_risk(world: World) -> float:
    """Count eligible pairs that are seen for at least a day after entry."""
    total = 0
    for pair in pairs(world):
        if pair.is_eligible and pair.observed and pair.follow_up_ends:
            start = pair.first_start
            leaves = start[1] if start else pair.follow_up_ends
            total += leaves > max(pair.observed[0], pair.completed)
    return total


def year(pair: Pair) -> date:
    return pair.completed + timedelta(days=365)


def offered_in_a_year(pair: Pair, kind: str) -> bool:
    """Tell whether an offer came by day 365; a full-time start at the host tells of one."""
    days = [each["first_sent_at"].date() for each in pair.offers if each[f"is_{kind}"] and each["first_sent_at"]]
    if kind == "full_time":
        days += [each["accepted_at"].date() for each in pair.offers if each["is_full_time"] and each["accepted_at"]]
        days += [pair.host_day] if pair.host_day else []
    return mature(pair, 365) and any(day <= year(pair) for day in days)


def interned_in_a_year(pair: Pair) -> bool:
    return mature(pair, 365) and any(pair.completed < day <= year(pair) for day in pair.internship_starts)


def of_mature(world: World, condition: Any) -> float | None:
    return ratio(count(world, condition), count(world, lambda pair: mature(pair, 365)))


figure("offers_within_365_days")(lambda world: count(world, lambda pair: offered_in_a_year(pair, "full_time")))
figure("offer_through")(lambda world: of_mature(world, lambda pair: offered_in_a_year(pair, "full_time")))
figure("internship_offers_within_365_days")(
    lambda world: count(world, lambda pair: offered_in_a_year(pair, "internship"))
)
figure("internship_offer_through")(lambda world: of_mature(world, lambda pair: offered_in_a_year(pair, "internship")))
figure("internships_within_365_days")(lambda world: count(world, interned_in_a_year))
figure("internship_through")(lambda world: of_mature(world, interned_in_a_year))


def engaged_mature(world: World) -> list[Pair]:
    return [pair for pair in pairs(world) if pair.completed_at + timedelta(days=180) <= world.as_of]


def reengaged(world: World) -> float:
    return sum(
        bool(pair.second_root_at) and pair.second_root_at <= pair.completed_at + timedelta(days=180)
        for pair in engaged_mature(world)
    )


figure("pairs_mature_180_days")(lambda world: len(engaged_mature(world)))
figure("pairs_reengaged_180_days")(reengaged)
figure("reengagement_rate")(lambda world: ratio(reengaged(world), len(engaged_mature(world))))


def ready(pair: Pair) -> date | None:
    return max(pair.completed, pair.graduation) if pair.graduation else None


def ready_mature(pair: Pair, days: int) -> bool:
    since = ready(pair)
    return since is not None and pair.is_eligible and pair.is_observed(since, days)


def ready_hired(pair: Pair, days: int) -> bool:
    since = ready(pair)
    return since is not None and ready_mature(pair, days) and pair.is_hired_within(since, days)


for _days in WINDOWS:
    figure(f"completers_ready_mature_{_days}_days")(
        lambda world, days=_days: count(world, lambda pair: ready_mature(pair, days))
    )
    figure(f"hires_from_readiness_within_{_days}_days")(
        lambda world, days=_days: count(world, lambda pair: ready_hired(pair, days))
    )
    figure(f"hire_through_from_readiness_{_days}_days")(
        lambda world, days=_days: ratio(
            count(world, lambda pair: ready_hired(pair, days)), count(world, lambda pair: ready_mature(pair, days))
        )
    )


def due(world: World) -> list[Pair]:
    return [pair for pair in pairs(world) if pair.is_eligible and year(pair) <= world.today]


def known_hired(pair: Pair) -> bool:
    return pair.is_hired_within(pair.completed, 365)


def is_known(pair: Pair) -> bool:
    """Tell whether the year was seen whole, or something inside it decided the outcome."""
    start = pair.first_start
    return pair.is_observed(pair.completed, 365) or (start is not None and start[1] <= year(pair))


figure("completers_due_365_days")(lambda world: len(due(world)))
figure("completers_with_known_outcome")(lambda world: sum(map(is_known, due(world))))
figure("hires_known_365_days")(lambda world: sum(map(known_hired, due(world))))
figure("hires_known_or_unknown_365_days")(
    lambda world: sum(known_hired(pair) or not is_known(pair) for pair in due(world))
)
figure("outcome_coverage")(lambda world: ratio(sum(map(is_known, due(world))), len(due(world))))
figure("hire_through_lower_bound")(lambda world: ratio(sum(map(known_hired, due(world))), len(due(world))))
figure("hire_through_upper_bound")(
    lambda world: ratio(sum(known_hired(pair) or not is_known(pair) for pair in due(world)), len(due(world)))
)
