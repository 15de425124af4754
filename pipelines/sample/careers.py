"""Careers: who starts full-time where and when, person by person, as time moves on.

A person's first full-time start ends the competition. A host's hire depends on the pair's own uniform number: it
happens without a completion below one share, and with a completion below ``lift_ratio`` times that share.
"""

from dataclasses import dataclass, field

import numpy as np

from pipelines.sample.clock import NEVER_DAY
from pipelines.sample.outcomes import HOST, NONE, draw_outcomes
from pipelines.sample.people import People
from pipelines.sample.plan import Plan
from pipelines.sample.streams import Flags, Floats, Ints

CAME_MICRO, CAME_APPLICANT = 0, 1


@dataclass(frozen=True)
class Pairs:
    """Person-employer pairs: ``day`` is the completion (or the decision), ``start`` the host hire or NEVER_DAY."""

    person: Ints
    student: Ints
    employer: Ints
    selected: Ints
    day: Ints
    start: Ints
    is_caused: Flags
    probability: Floats
    baseline: Floats


@dataclass
class Careers:
    """State of the labour market: two small arrays per person, and the pairs that completed or were hired."""

    plan: Plan
    people: People
    left_day: Ints = field(init=False)
    has_applied: Flags = field(init=False)
    has_completed: Flags = field(init=False)
    has_destiny: Flags = field(init=False)
    completed_pairs: Ints = field(init=False)
    hired_pairs: Ints = field(init=False)

    def __post_init__(self) -> None:
        size = self.people.count
        self.left_day = np.full(size, NEVER_DAY, dtype=np.int64)
        self.has_applied, self.has_completed, self.has_destiny = (np.zeros(size, dtype=np.bool_) for _ in range(3))
        self.completed_pairs = self.hired_pairs = np.zeros(0, dtype=np.int64)

    def pair_keys(self, person: Ints, employer: Ints) -> Ints:
        return person * self.plan.scale.employers + employer

    def host_shares(self, students: Ints) -> tuple[Floats, Floats]:
        """Return the probability of a hire by the host with a completion, and without."""
        scale = self.plan.number("selection.ability") * self.plan.number("selection.hired_slope")
        tilt = np.exp(scale * (self.people.ability(students) - self.plan.number("selection.selected_mean")))
        with_completion = np.minimum(self.plan.number("outcomes.host_share") * tilt, 0.6)
        return with_completion, with_completion / self.plan.number("outcomes.lift_ratio")

    def after_graduation(self, students: Ints, starts: Ints, *keys: Ints) -> Ints:
        """Return first days moved past graduation for those who wait for it."""
        waits = self.plan.level("outcomes.waits_for_graduation_share", *keys)
        ready = self.people.graduation[students] + 12 + (self.plan.level("rest", *keys) ** 2 * 90).astype(np.int64)
        moved = (waits < self.plan.number("outcomes.waits_for_graduation_share")) & (starts < ready)
        return np.where(moved & (starts < NEVER_DAY), ready, starts)

    def complete(self, students: Ints, employers: Ints, selected: Ints, days: Ints) -> tuple[Pairs, Ints]:
        """Draw the outcome of completions, in order of their day.

        Returns the pairs that completed for the first time, and for each the new start elsewhere (NEVER_DAY: none new).
        """
        person = self.people.person[students]
        keys = self.pair_keys(person, employers)
        _, first = np.unique(keys, return_index=True)
        new = np.sort(first[~np.isin(keys[first], self.completed_pairs)])
        self.has_completed[person] = True
        self.completed_pairs = np.concatenate([self.completed_pairs, keys[new]])
        person, student, employer, day = person[new], students[new], employers[new], days[new]
        treated, untreated = self.host_shares(student)
        level = self.plan.level("pair", person, employer)
        event, wait = draw_outcomes(
            treated, level, self.plan.level("time", person, employer), self.plan.calibration.scenario
        )
        drawn = np.where(event == NONE, NEVER_DAY, day + np.ceil(np.minimum(wait, 1e6)).astype(np.int64))
        drawn = self.after_graduation(student, drawn, person, employer)
        host = np.where((event == HOST) & ~np.isin(keys[new], self.hired_pairs), drawn, NEVER_DAY)
        elsewhere = np.where((event != HOST) & (event != NONE), drawn, NEVER_DAY)
        host, elsewhere = self._in_turn(person, host, elsewhere, day)
        pairs = Pairs(person, student, employer, selected[new], day, host, level >= untreated, treated, untreated)
        self.hired_pairs = np.concatenate([self.hired_pairs, keys[new][host < NEVER_DAY]])
        return pairs, elsewhere

    def _in_turn(self, person: Ints, host: Ints, elsewhere: Ints, day: Ints) -> tuple[Ints, Ints]:
        """Let drawn starts happen one pair after the other, as far as the person is still free then."""
        host, elsewhere = host.copy(), elsewhere.copy()
        turn = _turns(person)
        for number in range(int(turn.max(initial=-1)) + 1):
            rows = np.flatnonzero(turn == number)
            who = person[rows]
            is_free = self.left_day[who] > day[rows]
            happens = is_free & (host[rows] < self.left_day[who])
            host[rows] = np.where(happens, host[rows], NEVER_DAY)
            moves = is_free & ~self.has_destiny[who] & (elsewhere[rows] < self.left_day[who])
            elsewhere[rows] = np.where(moves, elsewhere[rows], NEVER_DAY)
            self.has_destiny[who] |= moves
            self.left_day[who] = np.minimum(self.left_day[who], np.minimum(host[rows], elsewhere[rows]))
        return host, elsewhere

    def pass_over(self, students: Ints, employers: Ints, applied: Ints, days: Ints) -> Pairs:
        """Draw which applicants who were not selected the employer hires all the same."""
        person = self.people.person[students]
        self.has_applied[person] = True
        _, untreated = self.host_shares(students)
        level = self.plan.level("pair", person, employers)
        hit = np.flatnonzero(level < untreated)
        keys = self.pair_keys(person[hit], employers[hit])
        _, first = np.unique(keys, return_index=True)
        hit = np.sort(hit[first])
        keys = self.pair_keys(person[hit], employers[hit])
        hit = hit[~np.isin(keys, self.hired_pairs) & ~np.isin(keys, self.completed_pairs)]
        who, where, day = person[hit], employers[hit], days[hit]
        scenario = self.plan.calibration.scenario
        _, wait = draw_outcomes(1.0, np.zeros(len(hit)), self.plan.level("time", who, where), scenario)
        start = self.after_graduation(students[hit], day + np.ceil(wait).astype(np.int64), who, where)
        host, _ = self._in_turn(who, start, np.full(len(hit), NEVER_DAY), day)
        taken = host < NEVER_DAY
        self.hired_pairs = np.concatenate([self.hired_pairs, self.pair_keys(who, where)[taken]])
        found = Pairs(
            who, students[hit], where, applied[hit], day, host, np.zeros(len(hit), dtype=np.bool_),
            untreated[hit], untreated[hit],
        )  # fmt: skip
        return found

    def graduate(self, first_day: int, last_day: int) -> tuple[Ints, Ints]:
        """Return students who graduate in [first_day, last_day) without a completion, and their start elsewhere."""
        own = self.people.person == self.people.numbers
        day = self.people.graduation
        due = np.flatnonzero(
            own & (day >= first_day) & (day < last_day) & self.has_applied & ~self.has_completed & ~self.has_destiny
        )
        levels = self.plan.level("background time", due)
        _, wait = draw_outcomes(1.0, np.zeros(len(due)), levels, self.plan.calibration.scenario)
        start = day[due] + np.ceil(wait).astype(np.int64)
        happens = self.plan.chance("outcomes.background_share", due) & (start < self.left_day[due])
        students, start = due[happens], start[happens]
        self.has_destiny[students] = True
        self.left_day[students] = start
        return students, start


def _turns(person: Ints) -> Ints:
    """Return how many earlier rows each row's person has."""
    order = np.argsort(person, kind="stable")
    ordered = person[order]
    starts = np.concatenate([[True], ordered[1:] != ordered[:-1]]) if len(ordered) else np.zeros(0, dtype=bool)
    first = np.maximum.accumulate(np.where(starts, np.arange(len(ordered)), 0))
    turns = np.empty(len(person), dtype=np.int64)
    turns[order] = np.arange(len(ordered)) - first
    return turns
