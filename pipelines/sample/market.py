"""Lets the marketplace live: step by step it posts, applies, chooses and works, and hands rows to the landing."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from pipelines.sample.applications import Applications, Pool, active_pool, decide, draw_applicants
from pipelines.sample.arrays import stack, take
from pipelines.sample.careers import Careers
from pipelines.sample.clock import DAY, MONTH_EDGES, MONTHS, NEVER
from pipelines.sample.employers import Employers
from pipelines.sample.engagement_rows import (
    ENGAGEMENTS,
    FEEDBACK,
    FEEDBACK_COMPETENCIES,
    engagement_frame,
    feedback_frames,
)
from pipelines.sample.engagements import Engagements, add_segments, draw_engagements
from pipelines.sample.landing import Landing
from pipelines.sample.people import People
from pipelines.sample.plan import Plan
from pipelines.sample.project_rows import APPLICATIONS, EVENTS, PROJECTS, application_frame, event_frame, project_frame
from pipelines.sample.projects import Projects, draw_projects, projects_by_month
from pipelines.sample.streams import Ints
from pipelines.sample.student_rows import STUDENT_EMAILS, STUDENTS, email_frame, student_frame

STUDENTS_AT_ONCE = 50_000


@dataclass(frozen=True)
class Completions:
    """Approved engagements whose outcome is still to be drawn."""

    student: Ints
    employer: Ints
    selected: Ints
    approved: Ints


@dataclass(frozen=True)
class Refusals:
    """Applications that were decided against, on the day of the decision."""

    student: Ints
    employer: Ints
    applied: Ints
    decided: Ints


@dataclass(frozen=True)
class Step:
    """What the outcome side needs to know of one step of time."""

    begins: int
    ends: int
    completions: Completions
    refusals: Refusals


@dataclass
class Market:
    """The platform's side of the sample; counts numbers so that every key is unique."""

    plan: Plan
    people: People
    employers: Employers
    careers: Careers
    landing: Landing
    next_project: int = 1
    next_application: int = 1
    next_engagement: int = 1
    waiting: list[Completions] = field(default_factory=list)

    def steps(self) -> Iterator[Step]:
        """Yield the steps from July 2022 to the end, after handing the platform's rows to the landing."""
        size = self.plan.scale.months_per_step
        for month in range(0, MONTHS, size):
            yield self._step(month, min(month + size, MONTHS))

    def _step(self, first: int, last: int) -> Step:
        begins, ends = int(MONTH_EDGES[first]), int(MONTH_EDGES[last])
        self._add_students(begins if first else 0, ends)
        pool = active_pool(self.people, self.careers.left_day, begins, ends)
        months = np.repeat(np.arange(first, last), projects_by_month(self.plan)[first:last])
        refusals: list[Refusals] = []
        for place in range(0, len(months), self.plan.scale.largest_block):
            refusals.append(self._block(pool, months[place : place + self.plan.scale.largest_block]))
        return Step(begins, ends, self._due(ends), stack(refusals))

    def _add_students(self, begins: int, ends: int) -> None:
        low, high = (int(np.searchsorted(self.people.joined, edge)) for edge in (begins, ends))
        for place in range(low, high, STUDENTS_AT_ONCE):
            students = self.people.numbers[place : min(place + STUDENTS_AT_ONCE, high)]
            self.landing.add("students", student_frame(self.plan, self.people, students), STUDENTS)
            self.landing.add("student_emails", email_frame(self.plan, self.people, students), STUDENT_EMAILS)

    def _block(self, pool: Pool, months: Ints) -> Refusals:
        plan = self.plan
        posted = draw_projects(plan, self.employers, months, self.next_project)
        applicants = draw_applicants(plan, self.people, pool, posted)
        has_completed = self.careers.has_completed[self.people.person]
        projects, applications = decide(plan, self.people, posted, applicants, has_completed, self.next_application)
        work = draw_engagements(plan, projects, applications, self.next_engagement)
        if len(work):
            projects, applications, work = add_segments(plan, projects, applications, work)
        self.next_project += len(projects)
        self.next_application += len(applications)
        self.next_engagement += len(work)
        self._deliver(projects, applications, work)
        self.waiting.append(_completions(projects, applications, work))
        return _refusals(projects, applications)

    def _deliver(self, projects: Projects, applications: Applications, work: Engagements) -> None:
        plan, landing = self.plan, self.landing
        landing.add("projects", project_frame(plan, self.employers, projects), PROJECTS)
        landing.add("applications", application_frame(plan, projects, applications), APPLICATIONS)
        landing.add("application_events", event_frame(plan, applications), EVENTS)
        landing.add("engagements", engagement_frame(plan, applications, work), ENGAGEMENTS)
        feedback, competencies = feedback_frames(plan, self.people, applications, work)
        landing.add("feedback", feedback, FEEDBACK)
        landing.add("feedback_competencies", competencies, FEEDBACK_COMPETENCIES)

    def _due(self, ends: int) -> Completions:
        """Return completions approved before ``ends`` in order, and keep the later ones waiting."""
        everything = stack(self.waiting)
        now = everything.approved < ends
        order = np.flatnonzero(now)[np.argsort(everything.approved[now], kind="stable")]
        self.waiting = [take(everything, ~now)]
        return take(everything, order)


def _completions(projects: Projects, applications: Applications, work: Engagements) -> Completions:
    done = np.flatnonzero(work.approved < NEVER)
    rows = work.row[done]
    employer = projects.employer[applications.row[rows]]
    return Completions(applications.student[rows], employer, applications.selected[rows], work.approved[done])


def _refusals(projects: Projects, applications: Applications) -> Refusals:
    passed = np.flatnonzero(~applications.is_accepted)
    decided = np.minimum(applications.decided[passed], applications.applied[passed] + 60 * DAY)
    employer = projects.employer[applications.row[passed]]
    return Refusals(applications.student[passed], employer, applications.applied[passed], decided)
