"""Employments: how long people stay, and how the feeds name them."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.sample.arrays import labels
from pipelines.sample.ats_rows import employment_words, systems
from pipelines.sample.candidates import Registry
from pipelines.sample.clock import DAY, NEVER, NEVER_DAY
from pipelines.sample.employers import Employers
from pipelines.sample.engagement_rows import performance
from pipelines.sample.history import History
from pipelines.sample.people import People
from pipelines.sample.plan import Plan
from pipelines.sample.processes import CAME_INTERN, CAME_MICRO, INTERNSHIP, OUTSIDERS
from pipelines.sample.streams import Floats, Ints
from pipelines.sample.student_rows import addresses

EMPLOYMENTS = History(
    "_started_at",
    {"_ended_at": {"end_date": None, "end_reason": None}, "_rated_at": {"performance_rating": None}},
)
PERFORMANCE_EDGES = np.array([-1.9, -1.1, 0.1, 1.2])
END_REASONS = ("voluntary", "involuntary", "other")
YEAR = 365


@dataclass(frozen=True)
class Jobs:
    """Columns of jobs that people start; ``employer`` is -1 outside the platform, days since 1970."""

    serial: Ints
    who: Ints
    employer: Ints
    kind: Ints
    came: Ints
    start: Ints


def retention(plan: Plan, came: Ints) -> Floats:
    """Return the share that stays a year, by how people came."""
    micro, intern, neither = (
        plan.number(f"retention.{name}_share") for name in ("micro_internship", "other_intern", "neither")
    )
    return np.where(came == CAME_MICRO, micro, np.where(came == CAME_INTERN, intern, neither))


def last_days(plan: Plan, jobs: Jobs) -> Ints:
    """Return the last day of each job: internships end as agreed, others with a constant hazard."""
    hazard = -np.log(retention(plan, jobs.came)) / YEAR
    stayed = -np.log(np.clip(1 - plan.level("stay", jobs.serial), 1e-9, 1.0)) / hazard
    agreed = plan.between("internship", 56, 85, jobs.serial)
    return np.asarray(jobs.start + np.where(jobs.kind == INTERNSHIP, agreed, np.maximum(stayed, 3).astype(np.int64)))


def employment_frame(plan: Plan, people: People, employers: Employers, registry: Registry, jobs: Jobs) -> pl.DataFrame:
    """Return the rows of ``employments``; a feed tells an end only as long as it tells anything."""
    end = last_days(plan, jobs)
    inside = jobs.employer >= 0
    at = np.maximum(jobs.employer, 0)
    limit = np.where(inside, employers.observed_to[at], NEVER_DAY)
    is_told = end <= limit
    students = np.where(jobs.who < OUTSIDERS, jobs.who, 0)
    quality = performance(plan, people, students, jobs.serial, "performance", "effects.performance_ability")
    is_rated = inside & (jobs.kind != INTERNSHIP) & (end > jobs.start + YEAR) & (jobs.start + YEAR <= limit)
    by_email = ~inside | (plan.level("named by", jobs.serial) < 0.12)
    reason = [END_REASONS[index] for index in plan.between("end reason", 0, 3, jobs.serial).tolist()]
    emails = pl.Series(registry.emails(jobs.who))
    listed = pl.Series(addresses(plan, people, students)[0])
    words = pl.Series(employment_words(employers, at, jobs.kind)).set(pl.Series(~inside), "Full-time")
    return pl.DataFrame(
        {
            "employment_id": labels("N", jobs.serial, 9),
            "employer_id": employers.ids.gather(at).set(pl.Series(~inside), None),
            "system": pl.Series(systems(employers, at)).set(pl.Series(~inside), None),
            "candidate_id": pl.Series(registry.candidate_ids(jobs.who, at)).set(pl.Series(by_email), None),
            "email": emails.zip_with(pl.Series(inside), listed).set(pl.Series(~by_email), None),
            "start_date": jobs.start,
            "end_date": np.where(is_told, end, NEVER_DAY),
            "end_reason": pl.Series(reason).set(pl.Series(jobs.kind == INTERNSHIP), "end_of_contract"),
            "employment_type": words,
            "performance_rating": 1 + np.searchsorted(PERFORMANCE_EDGES, quality),
            "_started_at": jobs.start * DAY + 12 * 3600,
            "_ended_at": np.where(is_told, end * DAY + 12 * 3600, NEVER),
            "_rated_at": np.where(is_rated, (jobs.start + YEAR) * DAY + 12 * 3600, NEVER),
        }
    )
