"""The outcome side: turns completions and refusals into hiring processes, jobs, and the rows that feeds show."""

from dataclasses import dataclass, field

import numpy as np

from pipelines.sample.arrays import stack, take
from pipelines.sample.ats_rows import (
    ATS_APPLICATIONS,
    ATS_EVENTS,
    OFFERS,
    ats_application_frame,
    ats_event_frame,
    is_hired,
    offer_frame,
)
from pipelines.sample.candidates import Registry
from pipelines.sample.careers import Careers, Pairs
from pipelines.sample.clock import DAY, NEVER_DAY
from pipelines.sample.employers import Employers
from pipelines.sample.employments import EMPLOYMENTS, Jobs, employment_frame, last_days
from pipelines.sample.landing import Landing
from pipelines.sample.market import Step
from pipelines.sample.outsiders import outside_processes
from pipelines.sample.people import People
from pipelines.sample.plan import Plan
from pipelines.sample.processes import (
    ACTIVE,
    CAME_MICRO,
    CAME_NEITHER,
    DECLINED,
    FULL_TIME,
    HIRED,
    INTERNSHIP,
    OUTSIDERS,
    REFUSED,
    RENEGED,
    Processes,
    draw_stages,
    observed,
    processes,
)
from pipelines.sample.streams import Flags, Ints, pick
from pipelines.sample.truth import Truth

VAIN_OUTCOMES = (REFUSED, DECLINED, RENEGED, ACTIVE)
VAIN_SHARES = np.array([0.66, 0.14, 0.11, 0.09])
OTHERS_RENEGE_SHARE = 0.28
"""Of applicants in vain; with the outsiders it brings reneges near the published share of accepted offers."""
REHIRED_SHARE = 0.02
PLATFORM_ELSEWHERE_SHARE = 0.1


@dataclass
class Hiring:
    """Draws outcomes step by step; counts processes and jobs so that every key is unique."""

    plan: Plan
    people: People
    employers: Employers
    careers: Careers
    registry: Registry
    landing: Landing
    truth: Truth
    next_serial: int = 1
    next_outsider: int = 0
    other_keys: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    other_applied: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def step(self, step: Step) -> None:
        """Draw and hand over everything that follows from one step of the marketplace."""
        done, passed = step.completions, step.refusals
        pairs, elsewhere = self.careers.complete(done.student, done.employer, done.selected, done.approved // DAY)
        others = self.careers.pass_over(passed.student, passed.employer, passed.applied, passed.decided // DAY)
        graduates, started = self.careers.graduate(step.begins // DAY, step.ends // DAY)
        moved = elsewhere < NEVER_DAY
        who = np.concatenate([pairs.student[moved], graduates])
        where, day = self._elsewhere(who, np.concatenate([elsewhere[moved], started]))
        rows = [*self._of_completers(pairs), *self._of_others(others), self._of_elsewhere(who, where, day)]
        outside, self.next_outsider = outside_processes(
            self.plan, self.employers, step.begins, step.ends, self.next_outsider
        )
        self._hand_over(stack([*rows, *outside]))
        self._hand_over_elsewhere(who[where < 0], day[where < 0])
        self._remember(pairs, others, who, where, day)

    def _of_completers(self, pairs: Pairs) -> list[Processes]:
        """Return processes of completers: hired by the host, interns, in vain, or there before they were selected."""
        person, employer = pairs.person, pairs.employer
        hired = pairs.start < NEVER_DAY
        before = self._is_pre_existing(pairs)
        applied = np.maximum(pairs.start - self.plan.between("lead", 30, 120, person, employer), pairs.day + 1)
        start = pairs.day + self.plan.between("internship starts", 25, 130, person, employer)
        interns = self.plan.chance("outcomes.internship_share", person, employer) & (start + 90 < pairs.start)
        vain = ~hired & self.plan.chance("outcomes.applied_not_hired_share", person, employer)
        later = pairs.day + self.plan.between("in vain", 5, 220, person, employer)
        outcome = np.array(VAIN_OUTCOMES)[pick(self.plan.level("vain", person, employer), VAIN_SHARES)]
        earlier = pairs.selected // DAY - self.plan.between("earlier", 20, 300, person, employer)
        return [
            self._own(pairs, hired, applied, pairs.start, FULL_TIME, HIRED),
            self._own(pairs, interns, start - 20, start, INTERNSHIP, HIRED),
            self._own(pairs, vain, later, later + 80, FULL_TIME, outcome),
            self._own(pairs, before, earlier, earlier + 80, FULL_TIME, REFUSED),
        ]

    def _own(
        self,
        pairs: Pairs,
        rows: Flags,
        applied: Ints,
        start: Ints,
        kind: int,
        outcome: Ints | int,
        came: int = CAME_MICRO,
    ) -> Processes:
        end = outcome if isinstance(outcome, int) else outcome[rows]
        student, employer = self.people.person[pairs.student[rows]], pairs.employer[rows]
        return processes(student, employer, applied[rows], start[rows], kind=kind, outcome=end, came=came)

    def _is_pre_existing(self, pairs: Pairs) -> Flags:
        return self.plan.chance("outcomes.pre_existing_share", pairs.person, pairs.employer)

    def _of_others(self, pairs: Pairs) -> list[Processes]:
        """Return processes of applicants who were not selected: hired all the same, or in vain."""
        hired = pairs.start < NEVER_DAY
        lead = self.plan.between("lead", 30, 110, pairs.person, pairs.employer)
        applied = np.maximum(np.where(hired, pairs.start - lead, pairs.day + 20), pairs.day + 1)
        start = np.where(hired, pairs.start, applied + 70)
        reneges = self.plan.level("others renege", pairs.person, pairs.employer) < OTHERS_RENEGE_SHARE
        outcome = np.where(hired, HIRED, np.where(reneges, RENEGED, REFUSED))
        keys = self.careers.pair_keys(pairs.person, pairs.employer)
        self.other_keys = np.concatenate([self.other_keys, keys])
        self.other_applied = np.concatenate([self.other_applied, applied])
        return [self._own(pairs, np.ones_like(hired), applied, start, FULL_TIME, outcome, CAME_NEITHER)]

    def _elsewhere(self, who: Ints, day: Ints) -> tuple[Ints, Ints]:
        """Return where people start who are not hired by a host: mostly outside the platform (-1)."""
        numbers = self.employers.numbers
        chosen = pick(self.plan.level("elsewhere", who), np.sqrt(self.employers.demand))
        keys = self.careers.pair_keys(self.people.person[who], chosen)
        taken = np.isin(keys, self.careers.completed_pairs) | np.isin(keys, self.careers.hired_pairs)
        inside = self.plan.level("elsewhere inside", who) < PLATFORM_ELSEWHERE_SHARE
        shown = self.employers.is_observed(chosen, day) & self.employers.has_employments[chosen]
        shown &= self.employers.is_observed(chosen, day - 75)
        return np.where(inside & shown & ~taken, numbers[chosen], -1), day

    def _of_elsewhere(self, who: Ints, where: Ints, day: Ints) -> Processes:
        inside = where >= 0
        person = self.people.person[who[inside]]
        start = day[inside]
        return processes(person, where[inside], start - 60, start, kind=FULL_TIME, outcome=HIRED, came=CAME_NEITHER)

    def _hand_over(self, everything: Processes) -> None:
        """Hand the observed processes, and the jobs that follow from them, to the landing."""
        shown = observed(self.employers, everything)
        self._hand_over_hidden(take(everything, ~shown))
        rows = take(everything, shown)
        if len(rows) == 0:
            return
        stages = draw_stages(self.plan, self.employers, rows, self.next_serial)
        self.next_serial += len(rows)
        candidates = self.registry.application_candidates(rows)
        self.registry.add(rows)
        add, plan = self.landing.add, self.plan
        add("ats_applications", ats_application_frame(plan, self.employers, rows, stages, candidates), ATS_APPLICATIONS)
        add("ats_application_events", ats_event_frame(plan, self.employers, rows, stages), ATS_EVENTS)
        add("ats_offers", offer_frame(plan, self.people, self.employers, rows, stages), OFFERS)
        hired = is_hired(rows, stages)
        seen = self.employers.is_observed(rows.employer[hired], rows.start[hired])
        hired = hired[seen & self.employers.has_employments[rows.employer[hired]]]
        kept = take(rows, hired)
        jobs = Jobs(stages.serial[hired], kept.who, kept.employer, kept.kind, kept.came, kept.start)
        self._hand_over_jobs(jobs)
        self._hand_over_jobs(self._rehires(jobs))

    def _hand_over_jobs(self, jobs: Jobs) -> None:
        if len(jobs.serial):
            frame = employment_frame(self.plan, self.people, self.employers, self.registry, jobs)
            self.landing.add("employments", frame, EMPLOYMENTS)

    def _rehires(self, jobs: Jobs) -> Jobs:
        """Return second jobs of a few people at the employer that they left."""
        again = (self.plan.level("rehired", jobs.serial) < REHIRED_SHARE) & (jobs.kind == FULL_TIME)
        start = last_days(self.plan, jobs) + self.plan.between("away", 60, 300, jobs.serial)
        again &= self.employers.is_observed(jobs.employer, start)
        second = take(jobs, again)
        return Jobs(second.serial + 400_000_000, second.who, second.employer, second.kind, second.came, start[again])

    def _hand_over_elsewhere(self, who: Ints, day: Ints) -> None:
        """Hand over jobs outside the platform, where only an address names the person."""
        known = self.plan.level("known elsewhere", who) < self.plan.number("outcomes.elsewhere_known_share")
        who, day = who[known], day[known]
        serial = 800_000_000 + self.next_serial + np.arange(len(who), dtype=np.int64)
        self.next_serial += len(who)
        outside, kind = np.full(len(who), -1, dtype=np.int64), np.full(len(who), FULL_TIME, dtype=np.int64)
        came = np.full(len(who), CAME_NEITHER, dtype=np.int64)
        self._hand_over_jobs(Jobs(serial, self.people.person[who], outside, kind, came, day))

    def _hand_over_hidden(self, rows: Processes) -> None:
        """Hand over full-time starts of students that no feed shows like those outside the platform."""
        own = (rows.outcome == HIRED) & (rows.kind == FULL_TIME) & (rows.who < OUTSIDERS)
        self._hand_over_elsewhere(rows.who[own], rows.start[own])

    def _remember(self, pairs: Pairs, others: Pairs, who: Ints, where: Ints, day: Ints) -> None:
        self.truth.pairs.append(pairs)
        self.truth.pre_existing.append(self._is_pre_existing(pairs) | self._applied_before(pairs))
        self.truth.add_starts(pairs.person, pairs.employer, pairs.start)
        self.truth.add_starts(others.person, others.employer, others.start)
        self.truth.add_starts(self.people.person[who], where, day)

    def _applied_before(self, pairs: Pairs) -> Flags:
        """Return which pairs were in the host's ATS, after an earlier refusal, before they were selected."""
        keys = self.careers.pair_keys(pairs.person, pairs.employer)
        order = np.argsort(self.other_keys, kind="stable")
        place = np.minimum(np.searchsorted(self.other_keys, keys, sorter=order), len(order) - 1)
        if len(order) == 0:
            return np.zeros(len(keys), dtype=np.bool_)
        found = order[place]
        return np.asarray((self.other_keys[found] == keys) & (self.other_applied[found] * DAY < pairs.selected))
