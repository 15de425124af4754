"""Projects, applications and their events as the platform's rows."""

import numpy as np
import polars as pl

from pipelines.sample.applications import STATUSES, Applications
from pipelines.sample.arrays import labels
from pipelines.sample.clock import DAY, NEVER
from pipelines.sample.employers import Employers
from pipelines.sample.engagements import WORDINGS
from pipelines.sample.history import History
from pipelines.sample.plan import Plan
from pipelines.sample.projects import CLOSE_REASONS, FUNDERS, Projects
from pipelines.sample.streams import Ints
from pipelines.sample.student_rows import student_ids
from pipelines.sample.words import CATEGORIES, PLATFORM_STAGES, SUBJECTS

PROJECTS = History(
    "posted_at",
    {"_corrected_at": {"title": pl.col("_was_title")}, "closed_at": {"closed_at": None, "close_reason": None}},
)
APPLICATIONS = History("applied_at", {"_decided_at": {"status": pl.lit("open")}})
EVENTS = History("occurred_at")
CATEGORY_NAMES = list(CATEGORIES)
EVENT_CODES = 16
ACTORS = {"applied": "student", "withdrawn": "student", "expired": "platform"}


def project_ids(numbers: Ints) -> pl.Series:
    """Return the platform's numbers of projects."""
    return labels("P", numbers, 8)


def application_ids(numbers: Ints) -> pl.Series:
    """Return the platform's numbers of applications."""
    return labels("A", numbers, 9)


def lag(plan: Plan, what: str, numbers: Ints) -> Ints:
    """Return by how many deliveries each row is late: mostly none, else one or two."""
    level = plan.level(f"late {what}", numbers)
    share = plan.number("deliveries.late_share")
    return np.where(level < share / 3, 2, np.where(level < share, 1, 0)).astype(np.int64)


def _titles(projects: Projects) -> list[str]:
    titles = []
    for category, wording in zip(projects.category.tolist(), projects.wording.tolist(), strict=True):
        segment, which = divmod(wording, WORDINGS)
        verbs = CATEGORIES[CATEGORY_NAMES[category]][2]
        part = f", part {segment + 1}" if segment else ""
        titles.append(f"{verbs[which % len(verbs)]} {SUBJECTS[which // len(verbs) % len(SUBJECTS)]}{part}")
    return titles


def project_frame(plan: Plan, employers: Employers, projects: Projects) -> pl.DataFrame:
    """Return the rows of ``projects`` with their later changes."""
    ids, titles = project_ids(projects.number), _titles(projects)
    names = [CATEGORY_NAMES[index] for index in projects.category.tolist()]
    corrected = plan.level("project corrected", projects.number) < 0.01
    parents = project_ids(projects.parent)
    fee = projects.fee_usd.astype(np.float64)
    return pl.DataFrame(
        {
            "project_id": ids,
            "employer_id": employers.ids.gather(projects.employer),
            "department": [CATEGORIES[name][0] for name in names],
            "parent_project_id": pl.Series(parents).set(pl.Series(projects.parent < 0), None),
            "title": titles,
            "_was_title": [
                title.replace(" ", "  ", 1) if wrong else title
                for title, wrong in zip(titles, corrected.tolist(), strict=True)
            ],
            "category": [name.replace("_", " ") for name in names],
            "soc_code": [CATEGORIES[name][1] for name in names],
            "remote": projects.is_remote == 1,
            "hours_estimated": projects.hours,
            "fee_usd": fee,
            "platform_fee_usd": np.round(fee * plan.number("projects.platform_fee_share"), 2),
            "funded_by": [FUNDERS[index] for index in projects.funder.tolist()],
            "slots": projects.slots,
            "posted_at": projects.posted,
            "application_deadline_at": projects.deadline,
            "closed_at": projects.closed,
            "close_reason": [CLOSE_REASONS[index] for index in projects.reason.tolist()],
            "_corrected_at": np.where(corrected, projects.posted + 45 * DAY, NEVER),
        }
    )


def application_frame(plan: Plan, projects: Projects, applications: Applications) -> pl.DataFrame:
    """Return the rows of ``applications`` with their later decision."""
    return pl.DataFrame(
        {
            "application_id": application_ids(applications.number),
            "project_id": project_ids(projects.number[applications.row]),
            "student_id": student_ids(applications.student),
            "applied_at": applications.applied,
            "status": pl.Series([STATUSES[index] for index in applications.status.tolist()]),
            "_decided_at": applications.decided,
            "_lag": lag(plan, "application", applications.number),
        }
    )


def _event_columns(plan: Plan, applications: Applications) -> list[tuple[str, Ints]]:
    """Return event types and moments; some events come twice, a reopened application is rejected again."""
    repeated = plan.chance("applications.repeated_share", applications.number)
    return [
        ("applied", applications.applied),
        ("reviewed", applications.reviewed),
        ("reviewed", np.where(repeated, applications.reviewed, NEVER)),
        ("shortlisted", applications.shortlisted),
        ("interviewed", applications.interviewed),
        ("selected", applications.selected),
        ("rejected", applications.rejected),
        ("reopened", applications.reopened),
        ("rejected", np.where(applications.reopened < NEVER, applications.reopened + DAY, NEVER)),
        ("withdrawn", applications.withdrawn),
        ("expired", applications.expired),
    ]


def event_frame(plan: Plan, applications: Applications) -> pl.DataFrame:
    """Return the rows of ``application_events``, in order of application and sequence."""
    columns = _event_columns(plan, applications)
    moments = np.stack([moment for _, moment in columns], axis=1)
    row, code = np.nonzero(moments < NEVER)
    types = [name for name, _ in columns]
    stages = [PLATFORM_STAGES[name] for name in types]
    number = applications.number[row] * EVENT_CODES + code
    return pl.DataFrame(
        {
            "event_id": labels("V", number, 11),
            "application_id": pl.Series(application_ids(applications.number)).gather(row),
            "event_type": pl.Series(types).gather(code),
            "occurred_at": moments[row, code],
            "sequence": code + 1,
            "actor": pl.Series([ACTORS.get(name, "employer") for name in types]).gather(code),
            "source_stage": pl.Series([name for name, _ in stages]).gather(code),
            "source_stage_rank": pl.Series([rank for _, rank in stages]).gather(code),
            "_lag": lag(plan, "event", number),
        }
    )
