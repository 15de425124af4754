"""Hiring processes in applicant tracking systems: one application each, with its stages and its end."""

from dataclasses import dataclass

import numpy as np

from pipelines.sample.clock import DAY, NEVER
from pipelines.sample.employers import Employers
from pipelines.sample.plan import Plan
from pipelines.sample.streams import Flags, Floats, Ints

REFUSED, HIRED, DECLINED, RENEGED, ACTIVE = range(5)
FULL_TIME, INTERNSHIP = 0, 1
CAME_MICRO, CAME_INTERN, CAME_NEITHER = 0, 1, 2
OUTSIDERS = 1 << 40
"""Numbers from here on are people from outside the platform; below they are students."""


@dataclass(frozen=True)
class Processes:
    """Columns of hiring processes; ``who`` is a student or an outsider, ``start`` the agreed first day."""

    who: Ints
    employer: Ints
    kind: Ints
    outcome: Ints
    came: Ints
    applied: Ints
    start: Ints

    def __len__(self) -> int:
        return len(self.who)


@dataclass(frozen=True)
class Stages:
    """Moments of each stage (NEVER: not reached); ``serial`` is the number of the process."""

    serial: Ints
    screened: Ints
    interviewed: Ints
    offered: Ints
    replaced: Ints
    resolved: Ints
    refused: Ints
    reneged: Ints


def processes(
    who: Ints, employer: Ints, applied_day: Ints, start: Ints, *, kind: int, outcome: Ints | int, came: Ints | int
) -> Processes:
    """Return processes from columns and constants; a start that does not matter is well after the application."""
    size = len(who)
    moment = applied_day * DAY + 9 * 3600 + (who * 7919 + employer * 104_729) % (9 * 3600)
    return Processes(
        who=who,
        employer=employer,
        kind=np.full(size, kind, dtype=np.int64),
        outcome=np.broadcast_to(np.asarray(outcome, dtype=np.int64), (size,)).copy(),
        came=np.broadcast_to(np.asarray(came, dtype=np.int64), (size,)).copy(),
        applied=moment,
        start=start,
    )


def observed(employers: Employers, rows: Processes) -> Flags:
    """Return which processes the employer's feed shows: the application, or the start it led to, lies in its time."""
    applied = employers.is_observed(rows.employer, rows.applied // DAY)
    return np.asarray(applied | ((rows.outcome == HIRED) & employers.is_observed(rows.employer, rows.start)))


def draw_stages(plan: Plan, employers: Employers, rows: Processes, first: int) -> Stages:
    """Return when each process reached which stage, spread between application and first day."""
    serial = first + np.arange(len(rows), dtype=np.int64)
    level = plan.level("stages", serial[:, None], np.arange(5, dtype=np.int64))
    span = np.clip(rows.start * DAY - rows.applied, 2 * DAY, 120 * DAY) - 3600
    at = {name: rows.applied + (share * span).astype(np.int64) for name, share in _shares(level).items()}
    has_offer = np.isin(rows.outcome, (HIRED, DECLINED, RENEGED))
    is_refused = rows.outcome == REFUSED
    talks = has_offer | (level[:, 4] < 0.35)
    last_word = (np.minimum(employers.observed_to[rows.employer], 1 << 25) + 1) * DAY - 1
    stages = {
        "screened": np.where(has_offer | (level[:, 4] < 0.7), at["screened"], NEVER),
        "interviewed": np.where(talks, at["interviewed"], NEVER),
        "offered": np.where(has_offer, at["offered"], NEVER),
        "replaced": np.where(has_offer & (level[:, 3] < 0.15), at["replaced"], NEVER),
        "resolved": np.where(has_offer, at["resolved"], NEVER),
        "refused": np.where(is_refused, rows.applied + (level[:, 2] * 60 * DAY).astype(np.int64) + 3 * DAY, NEVER),
        "reneged": np.where(rows.outcome == RENEGED, at["reneged"], NEVER),
    }
    return Stages(serial, **{name: np.where(moment <= last_word, moment, NEVER) for name, moment in stages.items()})


def _shares(level: Floats) -> dict[str, Floats]:
    """Return how far through the time from application to first day each stage lies."""
    return {
        "screened": 0.05 + 0.1 * level[:, 0],
        "interviewed": 0.2 + 0.15 * level[:, 1],
        "offered": 0.42 + 0.1 * level[:, 2],
        "replaced": 0.54 + 0.03 * level[:, 0],
        "resolved": 0.6 + 0.15 * level[:, 1],
        "reneged": 0.8 + 0.15 * level[:, 2],
    }
