"""Projects: who posts what, when, for how much."""

from dataclasses import dataclass

import numpy as np

from pipelines.sample.clock import DAY, MONTH_EDGES, MONTHS, NEVER, month_start
from pipelines.sample.employers import Employers
from pipelines.sample.plan import Plan
from pipelines.sample.streams import Floats, Ints, lognormal, pick
from pipelines.sample.words import CATEGORIES, SUBJECTS

SINCE_2024 = int(MONTH_EDGES[18])
OFFICE_OPENS = 8 * 3600
FUNDERS = ("employer", "school", "state")
CLOSE_REASONS = ("filled", "no_applicants", "none_suitable", "cancelled", "expired")


@dataclass(frozen=True)
class Projects:
    """Columns of projects; ``parent`` is -1 where the project is not a later segment, moments are seconds."""

    number: Ints
    employer: Ints
    category: Ints
    parent: Ints
    wording: Ints
    is_remote: Ints
    hours: Ints
    weeks: Ints
    fee_usd: Ints
    funder: Ints
    slots: Ints
    segments: Ints
    posted: Ints
    deadline: Ints
    closed: Ints
    reason: Ints

    def __len__(self) -> int:
        return len(self.number)


def projects_by_month(plan: Plan) -> Ints:
    """Return the number of first segments posted in each month: seasons times growth."""
    seasons = np.array(plan.calibration.numbers("market.seasons"))
    calendar = np.array([month_start(month).month - 1 for month in range(MONTHS)])
    weight = seasons[calendar] * plan.number("market.yearly_growth") ** (np.arange(MONTHS) / 12)
    total = round(plan.scale.projects / (1 + plan.number("market.segmented_share")))
    edges = np.floor(np.cumsum(weight) / weight.sum() * total + 0.5).astype(np.int64)
    return np.diff(np.concatenate([[0], edges]))


def office_hours(rng: np.random.Generator, days: Ints) -> Ints:
    """Return a moment in the working hours (UTC) of each day, weekends moved to Monday."""
    weekday = (days + 3) % 7
    workday = days + np.where(weekday >= 5, 7 - weekday, 0)
    return np.asarray(workday * DAY + OFFICE_OPENS + rng.integers(5 * 3600, 14 * 3600, len(days)))


def draw_fees(plan: Plan, rng: np.random.Generator, hours: Ints, posted: Ints) -> Ints:
    """Return whole fees in dollars, in steps of 5, never under the floor per estimated hour of the time."""
    low, high = plan.calibration.numbers("projects.fee_usd")
    years = np.clip((posted - MONTH_EDGES[0]) / (4 * 365.25 * DAY), 0, 1)
    typical = (low + (high - low) * (0.25 + 0.75 * years)) / 22.0
    floor = np.where(
        posted < SINCE_2024, plan.number("projects.floor_before_2024_usd"), plan.number("projects.floor_since_2024_usd")
    )
    hourly = np.maximum(typical * lognormal(rng, len(hours), 1.0, 0.16), floor)
    return np.asarray(np.ceil(hourly * hours / 5) * 5, dtype=np.int64)


def draw_hours(plan: Plan, rng: np.random.Generator, size: int) -> Ints:
    """Return estimated hours: mostly the typical range, otherwise anywhere between the published bounds."""
    low, high = plan.calibration.numbers("projects.hours")
    first, last = plan.calibration.numbers("projects.hours_typical")
    typical = rng.random(size) < 0.55
    level = rng.random(size)
    hours = np.where(typical, first + level * (last - first), low + level * (high - low))
    return np.asarray(np.clip(np.rint(hours / 5) * 5, low, high), dtype=np.int64)


def _draw_employers(employers: Employers, rng: np.random.Generator, months: Ints) -> tuple[Ints, Ints]:
    """Return the employer and the category of each project."""
    levels, owner = rng.random(len(months)), np.zeros(len(months), dtype=np.int64)
    for month in np.unique(months):
        own = months == month
        owner[own] = pick(levels[own], employers.post_weights(int(month)))
    taste = rng.random(len(months))
    category = (taste[:, None] >= employers.category_levels[owner]).sum(axis=1)
    return owner, np.minimum(category, len(CATEGORIES) - 1)


def draw_projects(plan: Plan, employers: Employers, months: Ints, first_number: int) -> Projects:
    """Return one block of projects, posted in the given months, still open."""
    rng, size = plan.rng("projects", first_number), len(months)
    owner, category = _draw_employers(employers, rng, months)
    begins, ends = MONTH_EDGES[months] // DAY, MONTH_EDGES[months + 1] // DAY
    posted = office_hours(rng, np.floor(begins + rng.random(size) * (ends - begins - 2)).astype(np.int64))
    hours = draw_hours(plan, rng, size)
    funders = plan.calibration.table("market.funded_by")
    slots = 1 + pick(rng.random(size), np.array(plan.calibration.numbers("market.slots")))
    segmented = rng.random(size) < plan.number("market.segmented_share")
    low, high = plan.calibration.numbers("projects.weeks")
    return Projects(
        number=first_number + np.arange(size, dtype=np.int64),
        employer=owner,
        category=category,
        parent=np.full(size, -1, dtype=np.int64),
        wording=rng.integers(0, 3 * len(SUBJECTS), size),
        is_remote=(rng.random(size) < plan.number("market.remote_share")).astype(np.int64),
        hours=hours,
        weeks=rng.integers(int(low), int(high) + 1, size),
        fee_usd=draw_fees(plan, rng, hours, posted),
        funder=pick(rng.random(size), np.array([funders[name] for name in FUNDERS])),
        slots=np.where(segmented, 1, slots),
        segments=np.where(segmented, rng.integers(1, 4, size), 0),
        posted=posted,
        deadline=posted + rng.integers(7, 22, size) * DAY,
        closed=np.full(size, NEVER, dtype=np.int64),
        reason=np.zeros(size, dtype=np.int64),
    )


def applicant_means(plan: Plan, projects: Projects) -> Floats:
    """Return the mean number of applicants for each project, by the depth of its category."""
    depth = plan.calibration.table("applications.depth")
    by_category = np.array([depth[name] for name in CATEGORIES])
    return np.asarray(plan.number("applications.mean") * by_category[projects.category])
