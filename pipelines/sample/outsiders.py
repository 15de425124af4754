"""People from outside the platform whom employers hire: the comparison for retention and for new schools."""

import numpy as np

from pipelines.sample.arrays import take
from pipelines.sample.clock import DAY, START
from pipelines.sample.employers import Employers
from pipelines.sample.plan import Plan
from pipelines.sample.processes import (
    CAME_INTERN,
    CAME_NEITHER,
    DECLINED,
    FULL_TIME,
    HIRED,
    INTERNSHIP,
    OUTSIDERS,
    REFUSED,
    RENEGED,
    Processes,
    processes,
)
from pipelines.sample.streams import pick

OUTCOMES = (HIRED, RENEGED, DECLINED, REFUSED)
EXTRA_APPLICANTS = 2.0
COMPLETED_OF_POSTED = 0.7
HIRED_OF_COMPLETED = 0.06


def outside_processes(
    plan: Plan, employers: Employers, begins: int, ends: int, next_outsider: int
) -> tuple[list[Processes], int]:
    """Return hiring processes of outsiders who apply in a step, and the next free number."""
    rng = plan.rng("outsiders", begins)
    yearly = plan.scale.projects / 4 * COMPLETED_OF_POSTED * HIRED_OF_COMPLETED * plan.number("feeds.outside_hires")
    first_day = (START // DAY - 180) if begins == START else begins // DAY
    days = ends // DAY - first_day
    hires = yearly * days / 365
    renege = plan.number("outcomes.renege_share")
    weights = np.array([1.0, renege / (1 - renege), 0.16, EXTRA_APPLICANTS])
    size = int(rng.poisson(hires * weights.sum()))
    outcome = np.array(OUTCOMES)[pick(rng.random(size), weights)]
    employer = pick(rng.random(size), np.sqrt(employers.demand) * (employers.system >= 0) + 1e-12)
    who = OUTSIDERS + next_outsider + np.arange(size, dtype=np.int64)
    applied = first_day + np.floor(rng.random(size) * days).astype(np.int64)
    was_intern = (rng.random(size) < plan.number("feeds.outside_intern_share")) & (outcome == HIRED)
    internship_start = applied + rng.integers(30, 60, size)
    pause = rng.integers(110, 330, size)
    came = np.where(was_intern, CAME_INTERN, CAME_NEITHER)
    applied_full_time = np.where(was_intern, internship_start + pause - 60, applied)
    start = np.where(was_intern, internship_start + pause, applied + rng.integers(40, 120, size))
    interns = processes(who, employer, applied, internship_start, kind=INTERNSHIP, outcome=HIRED, came=came)
    full_time = processes(who, employer, applied_full_time, start, kind=FULL_TIME, outcome=outcome, came=came)
    return [take(interns, was_intern), full_time], next_outsider + size
