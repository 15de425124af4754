"""Applications: who applies for which project, whom the employer chooses, and what happens on the way."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pipelines.sample.arrays import rank_within, take
from pipelines.sample.clock import DAY, NEVER
from pipelines.sample.people import People
from pipelines.sample.plan import Plan
from pipelines.sample.projects import Projects, applicant_means
from pipelines.sample.streams import Flags, Floats, Ints, lognormal
from pipelines.sample.words import AFFINITY, CATEGORIES, MAJORS

STATUSES = ("open", "selected", "rejected", "withdrawn", "expired")
OPEN, SELECTED, REJECTED, WITHDRAWN, EXPIRED = range(5)
ACTIVE_AFTER_GRADUATION = 270


@dataclass(frozen=True)
class Applications:
    """Columns of applications; ``row`` points into the block of projects, moments are seconds (NEVER: not)."""

    number: Ints
    row: Ints
    student: Ints
    applied: Ints
    reviewed: Ints
    shortlisted: Ints
    interviewed: Ints
    selected: Ints
    withdrawn: Ints
    rejected: Ints
    reopened: Ints
    expired: Ints
    status: Ints
    decided: Ints
    is_accepted: Flags

    def __len__(self) -> int:
        return len(self.number)


@dataclass(frozen=True)
class Pool:
    """Students who may apply in a step, ordered by group of majors and by when they joined."""

    students: Ints
    joined: Ints
    edges: Ints
    weights: Floats

    def draw(self, group: Ints, before: Ints, levels: Floats) -> Ints:
        """Return for each draw a student of the group who joined before the moment; -1 where there is none."""
        chosen = np.full(len(group), -1, dtype=np.int64)
        for index in range(len(self.edges) - 1):
            own = np.flatnonzero(group == index)
            begin, end = int(self.edges[index]), int(self.edges[index + 1])
            last = begin + np.searchsorted(self.joined[begin:end], before[own])
            low, high = self.weights[begin], self.weights[last]
            place = np.searchsorted(self.weights, low + levels[own] * (high - low), side="right") - 1
            chosen[own] = np.where(last > begin, self.students[np.clip(place, begin, np.maximum(last - 1, begin))], -1)
        return chosen


def active_pool(people: People, left_day: Ints, begins: int, ends: int) -> Pool:
    """Return the students who have joined by ``ends`` and are neither gone nor employed at ``begins``."""
    last = int(np.searchsorted(people.joined, ends))
    numbers = people.numbers[:last]
    day = begins // DAY
    present = (people.graduation[:last] + ACTIVE_AFTER_GRADUATION > day) & (left_day[people.person[:last]] > day)
    students = numbers[present]
    students = students[np.argsort(people.group[students], kind="stable")]
    groups = people.group[students]
    return Pool(
        students,
        people.joined[students],
        np.searchsorted(groups, np.arange(len(MAJORS) + 1)).astype(np.int64),
        np.concatenate([[0.0], np.cumsum(people.activity[students])]),
    )


def draw_applicants(plan: Plan, people: People, pool: Pool, projects: Projects) -> tuple[Ints, Ints, Ints]:
    """Return project row, student and moment of each application, once per project and student."""
    rng = plan.rng("applicants", int(projects.number[0]))
    shape = plan.number("applications.dispersion")
    counts = rng.poisson(applicant_means(plan, projects) * rng.gamma(shape, 1 / shape, len(projects)))
    row = np.repeat(np.arange(len(projects)), counts)
    affinity = np.array([AFFINITY[name] for name in CATEGORIES])
    supply = pool.weights[pool.edges[1:]] - pool.weights[pool.edges[:-1]]
    levels = np.cumsum(affinity * supply, axis=1)
    levels = levels / levels[:, -1:]
    group = (rng.random(len(row))[:, None] >= levels[projects.category[row]]).sum(axis=1)
    student = pool.draw(np.minimum(group, len(MAJORS) - 1), projects.posted[row], rng.random(len(row)))
    open_for = projects.deadline[row] - projects.posted[row]
    applied = projects.posted[row] + (rng.random(len(row)) ** 1.7 * open_for).astype(np.int64) + 900
    late = people.graduation[student] + ACTIVE_AFTER_GRADUATION < applied // DAY
    valid = np.flatnonzero((student >= 0) & ~late)
    _, first = np.unique(row[valid] * people.count + people.person[student[valid]], return_index=True)
    keep = valid[first]
    return row[keep], student[keep], applied[keep]


def selection_scores(
    plan: Plan, people: People, students: Ints, has_completed: Flags, rng: np.random.Generator
) -> Floats:
    """Return how much an employer likes each applicant: planted effects, unobserved ability and chance."""
    effect = plan.number
    ability = plan.number("selection.ability") * plan.number("selection.selected_slope") * people.ability(students)
    observed = (
        effect("effects.selected_gpa") * people.gpa(students)
        + effect("effects.selected_first_generation") * people.is_first_generation(students)
        + effect("effects.selected_hbcu") * people.is_hbcu(students)
        + effect("effects.selected_prior") * has_completed
    )
    chance = -np.log(-np.log(np.clip(rng.random(len(students)), 1e-12, 1 - 1e-12)))
    return np.asarray(ability + observed + chance)


def decide(
    plan: Plan,
    people: People,
    projects: Projects,
    applicants: tuple[Ints, Ints, Ints],
    has_completed: Flags,
    first: int,
) -> tuple[Projects, Applications]:
    """Return the projects as closed, and their applications with everything that happened to them."""
    row, student, applied = applicants
    rng, size = plan.rng("decisions", int(projects.number[0])), len(projects)
    wait = lognormal(rng, size, plan.number("fill.days_to_select"), plan.number("fill.days_to_select_sigma"))
    decision = projects.posted + np.maximum(wait * DAY, 2 * DAY).astype(np.int64)
    in_time = applied < decision[row]
    candidates = np.bincount(row[in_time], minlength=size)
    reach = plan.number("fill.filled_share") * candidates / (candidates + plan.number("fill.applicants_for_half"))
    is_filled = rng.random(size) < reach
    closed, reason = _close(rng, projects, decision, is_filled, np.bincount(row, minlength=size))
    score = selection_scores(plan, people, student, has_completed[student], rng)
    rank = rank_within(row, np.where(in_time, score, score - 1e6))
    chosen = in_time & is_filled[row] & (rank < projects.slots[row])
    declined = chosen & (rng.random(len(row)) < plan.number("fill.declined_share"))
    spare = np.bincount(row[declined], minlength=size)
    second = in_time & is_filled[row] & ~chosen & (rank < (projects.slots + spare)[row])
    later = rng.integers(2 * DAY, 4 * DAY, len(row))
    selected = np.where(chosen, decision[row], np.where(second, decision[row] + later, NEVER))
    done = replace(projects, closed=closed, reason=reason)
    keep = applied < closed[row]
    stages = _stages(plan, rng, done, row, applied, decision[row], selected, declined, rank)
    numbers = first + np.cumsum(keep) - 1
    return done, take(Applications(number=numbers, row=row, student=student, applied=applied, **stages), keep)


def _close(
    rng: np.random.Generator, projects: Projects, decision: Ints, is_filled: Flags, applicants: Ints
) -> tuple[Ints, Ints]:
    """Return when and why each project stopped taking applications."""
    size = len(projects)
    level = rng.random(size)
    unfilled = np.where(applicants == 0, 1, np.where(level < 0.45, 2, np.where(level < 0.65, 3, 4)))
    waited = np.maximum(projects.deadline, decision) + rng.integers(2 * DAY, 25 * DAY, size)
    forgotten = rng.random(size) < 0.02
    closed = np.where(is_filled, decision + 3600, np.where(forgotten, NEVER, waited))
    return closed, np.where(is_filled, 0, unfilled)


def _stages(
    plan: Plan,
    rng: np.random.Generator,
    projects: Projects,
    row: Ints,
    applied: Ints,
    decision: Ints,
    selected: Ints,
    declined: Flags,
    rank: Ints,
) -> dict[str, Any]:
    """Return the moment of each stage, the final status and when it was reached."""
    size, number = len(row), plan.number
    levels = rng.random((8, size))
    is_selected = selected < NEVER
    end = np.minimum(selected, np.maximum(decision, applied + DAY))
    span = np.maximum(end - applied, 3600)
    near = rank < 3 * projects.slots[row] + 1
    reviewed = np.where((levels[0] < 0.72) | near, applied + (levels[1] * 0.5 * span).astype(np.int64), NEVER)
    short = near & (levels[2] < 0.75)
    shortlisted = np.where(short, applied + ((0.5 + 0.2 * levels[1]) * span).astype(np.int64), NEVER)
    talked = short & (levels[3] < number("applications.interview_share") * 0.6)
    interviewed = np.where(talked, applied + ((0.72 + 0.2 * levels[1]) * span).astype(np.int64), NEVER)
    leaves = ~is_selected & (levels[4] < number("applications.withdrawn_share"))
    withdrawn = np.where(leaves, applied + (levels[5] * span).astype(np.int64) + 60, NEVER)
    withdrawn = np.where(declined, selected + (DAY + levels[5] * DAY).astype(np.int64), withdrawn)
    reviewed, shortlisted, interviewed = (
        np.where(leaves & (moment > withdrawn), NEVER, moment) for moment in (reviewed, shortlisted, interviewed)
    )
    waiting = ~is_selected & ~leaves
    closed = projects.closed[row]
    answered = waiting & (closed < NEVER) & (levels[6] < number("applications.answered_share"))
    rejected = np.where(answered, np.maximum(closed, applied) + (levels[5] * 6 * DAY).astype(np.int64), NEVER)
    again = answered & (levels[7] < number("applications.reopened_share"))
    reopened = np.where(again, rejected + 2 * DAY, NEVER)
    lapses = waiting & ~answered & (closed < NEVER) & (levels[7] < number("applications.expires_share"))
    expired = np.where(lapses, closed + 30 * DAY, NEVER)
    choices = [withdrawn < NEVER, is_selected, answered, lapses]
    status = np.select(choices, [WITHDRAWN, SELECTED, REJECTED, EXPIRED], OPEN)
    final = np.where(again, reopened + DAY, rejected)
    decided = np.select(choices, [withdrawn, selected, final, expired], NEVER)
    return {
        "reviewed": reviewed, "shortlisted": shortlisted, "interviewed": interviewed, "selected": selected,
        "withdrawn": withdrawn, "rejected": rejected, "reopened": reopened, "expired": expired,
        "status": status, "decided": decided, "is_accepted": is_selected & ~declined,
    }  # fmt: skip
