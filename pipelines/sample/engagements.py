"""Engagements: the work itself, from acceptance to payment or cancellation, and later segments of longer ones."""

from dataclasses import dataclass, replace

import numpy as np

from pipelines.sample.applications import SELECTED, Applications
from pipelines.sample.arrays import stack, take
from pipelines.sample.clock import DAY, NEVER
from pipelines.sample.plan import Plan
from pipelines.sample.projects import Projects
from pipelines.sample.streams import Floats, Ints, lognormal

BEFORE_START, AFTER_START = 1, 2
UNTOUCHED = ("reviewed", "shortlisted", "interviewed", "withdrawn", "rejected", "reopened", "expired")
"""What never happens to the application for a later segment: it is chosen at once."""
WORDINGS = 1000
"""The wording of a project's title counts its segment in thousands."""


@dataclass(frozen=True)
class Engagements:
    """Columns of engagements; ``row`` points into the block of applications, moments are seconds."""

    number: Ints
    row: Ints
    accepted: Ints
    started: Ints
    due: Ints
    submitted: Ints
    approved: Ints
    paid: Ints
    cancelled: Ints
    cancelled_by: Ints
    cancel_reason: Ints
    hours_reported: Floats
    amount_paid_usd: Floats

    def __len__(self) -> int:
        return len(self.number)


def draw_engagements(plan: Plan, projects: Projects, applications: Applications, first: int) -> Engagements:
    """Return the engagements of all accepted selections of a block."""
    chosen = np.flatnonzero(applications.is_accepted)
    return _draw(plan, projects, applications, chosen, applications.selected[chosen], first)


def _draw(
    plan: Plan, projects: Projects, applications: Applications, chosen: Ints, selected: Ints, first: int
) -> Engagements:
    """Return one engagement for each chosen application, accepted soon after ``selected``."""
    rng, size = plan.rng("engagements", first), len(chosen)
    row = applications.row[chosen]
    accepted = selected + lognormal(rng, size, 0.8 * DAY, 0.7).astype(np.int64)
    started = accepted + rng.integers(1, 8, size) * DAY
    due = (started // DAY + projects.weeks[row] * 7) * DAY + 23 * 3600
    on_time = rng.random(size) < plan.number("engagements.on_time_share")
    early = (rng.random(size) ** 2 * 0.6 * (due - started)).astype(np.int64)
    overdue = lognormal(rng, size, 3.0 * DAY, 0.8).astype(np.int64)
    submitted = np.where(on_time, due - early - 3600, due + overdue)
    wait = lognormal(rng, size, plan.number("engagements.days_to_approve") * DAY, 0.6)
    approved = submitted + np.maximum(wait, 1800).astype(np.int64)
    paid = approved + lognormal(rng, size, plan.number("engagements.days_to_pay") * DAY, 0.5).astype(np.int64)
    fails = rng.random(size) >= plan.number("engagements.completed_share")
    phase = np.where(fails, 1 + (rng.random(size) < 0.55), 0)
    level = rng.random(size)
    cancelled = np.select(
        [phase == BEFORE_START, phase == AFTER_START],
        [
            accepted + (level * (started - accepted)).astype(np.int64),
            started + (level * (due - started)).astype(np.int64),
        ],
        NEVER,
    )
    fee = projects.fee_usd[row].astype(np.float64)
    return Engagements(
        number=first + np.arange(size, dtype=np.int64),
        row=chosen,
        accepted=accepted,
        started=np.where(phase == BEFORE_START, NEVER, started),
        due=due,
        submitted=np.where(fails, NEVER, submitted),
        approved=np.where(fails, NEVER, approved),
        paid=np.where(fails, NEVER, paid),
        cancelled=cancelled,
        cancelled_by=np.minimum((rng.random(size) * 2.2).astype(np.int64), 2),
        cancel_reason=rng.integers(0, 4, size),
        hours_reported=np.round(projects.hours[row] * lognormal(rng, size, 1.02, 0.18) * 4) / 4,
        amount_paid_usd=fee - np.round(fee * plan.number("projects.platform_fee_share"), 2),
    )


def add_segments(
    plan: Plan, projects: Projects, applications: Applications, engagements: Engagements
) -> tuple[Projects, Applications, Engagements]:
    """Return the block with the later segments of its longer internships: same employer, same student."""
    for segment in range(1, 4):
        rows = applications.row[engagements.row]
        is_before = projects.wording[rows] // WORDINGS == segment - 1
        last = np.flatnonzero((engagements.approved < NEVER) & (projects.segments[rows] >= segment) & is_before)
        if len(last) == 0:
            break
        projects, applications, engagements = _one_more(plan, projects, applications, engagements, last)
    return projects, applications, engagements


def _one_more(
    plan: Plan, projects: Projects, applications: Applications, engagements: Engagements, last: Ints
) -> tuple[Projects, Applications, Engagements]:
    """Return the block with one more segment after each of the given engagements."""
    before = take(engagements, last)
    source = take(applications, before.row)
    parent = take(projects, source.row)
    size = len(last)
    posted = before.approved + 2 * DAY
    new_rows = len(projects) + np.arange(size)
    more = replace(
        parent,
        number=projects.number[-1] + 1 + np.arange(size),
        parent=np.where(parent.parent >= 0, parent.parent, parent.number),
        wording=parent.wording + WORDINGS,
        posted=posted,
        deadline=posted + 5 * DAY,
        closed=posted + DAY + 3600,
        reason=np.zeros(size, dtype=np.int64),
    )
    never = np.full(size, NEVER, dtype=np.int64)
    applied = replace(
        source,
        number=applications.number[-1] + 1 + np.arange(size),
        row=new_rows,
        applied=posted + 3600,
        selected=posted + DAY,
        decided=posted + DAY,
        status=np.full(size, SELECTED, dtype=np.int64),
        is_accepted=np.ones(size, dtype=np.bool_),
        **dict.fromkeys(
            ("reviewed", "shortlisted", "interviewed", "withdrawn", "rejected", "reopened", "expired"), never
        ),
    )
    all_projects, all_applications = stack([projects, more]), stack([applications, applied])
    chosen = len(applications) + np.arange(size)
    work = _draw(plan, all_projects, all_applications, chosen, applied.selected, int(engagements.number[-1]) + 1)
    return all_projects, all_applications, stack([engagements, work])
