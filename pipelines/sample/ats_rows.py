"""Jobs, applications, events and offers as the rows of applicant tracking systems."""

import numpy as np
import polars as pl

from pipelines.sample.arrays import labels
from pipelines.sample.clock import DAY, END, NEVER, START
from pipelines.sample.employers import Employers
from pipelines.sample.history import History
from pipelines.sample.people import People
from pipelines.sample.plan import Plan
from pipelines.sample.processes import CAME_MICRO, DECLINED, HIRED, INTERNSHIP, OUTSIDERS, Processes, Stages
from pipelines.sample.project_rows import lag
from pipelines.sample.streams import Floats, Ints, normal_quantile
from pipelines.sample.words import (
    ATS_STAGES,
    ATS_SYSTEMS,
    COMPANY_DEPARTMENTS,
    CREDITED_SOURCES,
    EMPLOYMENT_WORDS,
    JOB_TITLES,
    MAJORS,
    OWN_WORDS,
)

HALF_YEAR = 182 * DAY
HALVES = 10
JOBS = History("opened_at", {"closed_at": {"closed_at": None}})
_HIRED_NOW = pl.col("_known__hired_at") & (pl.col("_hired_at") < NEVER)
ATS_APPLICATIONS = History(
    "applied_at",
    {
        "_hired_at": {},
        "rejected_at": {
            "status": pl.when(_HIRED_NOW).then(pl.lit("hired")).otherwise(pl.lit("active")),
            "hired_at": pl.when(_HIRED_NOW).then(pl.col("_hired_at")).otherwise(None),
            "rejected_at": None,
        },
    },
)
ATS_EVENTS = History("occurred_at")
OFFERS = History("sent_at", {"_changed_at": {"status": pl.lit("unresolved")}, "resolved_at": {"resolved_at": None}})
EVENT_TYPES = (
    "applied",
    "reviewed",
    "interviewed",
    "offered",
    "hired",
    "rejected",
    "unrejected",
    "unhired",
    "withdrawn",
)
OWN_WORDS_EMPLOYER = 1
"""This employer uses words of its own for employment types."""


def systems(employers: Employers, numbers: Ints) -> list[str]:
    """Return the name of each employer's system."""
    return [ATS_SYSTEMS[index] for index in employers.system[numbers].tolist()]


def employment_words(employers: Employers, numbers: Ints, kinds: Ints) -> list[str]:
    """Return each employer's own word for full-time work or a longer internship."""
    return [
        OWN_WORDS[kind] if number == OWN_WORDS_EMPLOYER else EMPLOYMENT_WORDS[ATS_SYSTEMS[system]][kind]
        for number, system, kind in zip(
            numbers.tolist(), employers.system[numbers].tolist(), kinds.tolist(), strict=True
        )
    ]


def _job_halves(moments: Ints) -> Ints:
    return np.clip((moments - START + HALF_YEAR) // HALF_YEAR, 0, HALVES - 1)


def job_ids(employers: Ints, halves: Ints, kinds: Ints) -> pl.Series:
    """Return the number of the job that an employer has open in a half-year."""
    return labels("J", (employers + 1) * 100 + halves * 2 + kinds, 8)


def job_frame(employers: Employers) -> pl.DataFrame:
    """Return the rows of ``ats_jobs``: one full-time and one internship opening per half-year and feed."""
    fed = employers.numbers[employers.system >= 0]
    number, half, kind = (part.ravel() for part in np.meshgrid(fed, np.arange(HALVES), np.arange(2), indexing="ij"))
    opened = START + (half - 1) * HALF_YEAR + 8 * 3600
    seen = (opened // DAY + 182 >= employers.observed_from[number]) & (opened < END)
    number, half, kind, opened = number[seen], half[seen], kind[seen], opened[seen]
    department = [COMPANY_DEPARTMENTS[index] for index in ((number + half) % len(COMPANY_DEPARTMENTS)).tolist()]
    title = [JOB_TITLES[index] for index in ((number + half + kind) % len(JOB_TITLES)).tolist()]
    return pl.DataFrame(
        {
            "system": systems(employers, number),
            "job_id": job_ids(number, half, kind),
            "employer_id": employers.ids.gather(number),
            "department": department,
            "title": [
                f"{where} {'Intern' if intern else what}"
                for where, what, intern in zip(department, title, kind.tolist(), strict=True)
            ],
            "employment_type": employment_words(employers, number, kind),
            "opened_at": opened,
            "closed_at": opened + HALF_YEAR - 3600,
        }
    )


def ats_application_ids(serials: Ints) -> pl.Series:
    """Return the systems' numbers of applications."""
    return labels("", 700_000_000 + serials * 17, 12)


def ats_application_frame(
    plan: Plan, employers: Employers, rows: Processes, stages: Stages, candidates: list[str]
) -> pl.DataFrame:
    """Return the rows of ``ats_applications`` with their later ends."""
    credited = plan.between("credited", 0, len(CREDITED_SOURCES), stages.serial)
    credited = np.where((credited == 4) & (rows.came != CAME_MICRO), 2, credited)
    end = np.minimum(
        np.minimum(stages.refused, stages.reneged), np.where(rows.outcome == DECLINED, stages.resolved, NEVER)
    )
    return pl.DataFrame(
        {
            "system": systems(employers, rows.employer),
            "application_id": ats_application_ids(stages.serial),
            "candidate_id": candidates,
            "job_id": job_ids(rows.employer, _job_halves(rows.applied), rows.kind),
            "employer_id": employers.ids.gather(rows.employer),
            "applied_at": rows.applied,
            "source_name": [CREDITED_SOURCES[index] for index in credited.tolist()],
            "status": ["rejected"] * len(rows),
            "rejected_at": end,
            "hired_at": np.full(len(rows), NEVER, dtype=np.int64),
            "_hired_at": np.where(rows.outcome == DECLINED, NEVER, stages.resolved),
            "_lag": lag(plan, "ats application", stages.serial),
        }
    )


def ats_event_frame(plan: Plan, employers: Employers, rows: Processes, stages: Stages) -> pl.DataFrame:
    """Return the rows of ``ats_application_events``; a few rejections are undone and repeated."""
    declined = rows.outcome == DECLINED
    undone = (stages.refused < NEVER) & (plan.level("unrejected", stages.serial) < 0.02)
    columns = [
        rows.applied, stages.screened, stages.interviewed, stages.offered, np.where(declined, NEVER, stages.resolved),
        stages.refused, np.where(undone, stages.refused + DAY, NEVER), stages.reneged,
        np.where(declined, stages.resolved, np.where(stages.reneged < NEVER, stages.reneged + 60, NEVER)),
    ]  # fmt: skip
    moments = np.stack(columns, axis=1)
    row, code = np.nonzero(moments < NEVER)
    of_system = [[ATS_STAGES[name][event] for event in EVENT_TYPES] for name in ATS_SYSTEMS]
    place = employers.system[rows.employer][row] * len(EVENT_TYPES) + code
    flat = [stage for stages_of in of_system for stage in stages_of]
    number = stages.serial[row] * 16 + code
    return pl.DataFrame(
        {
            "system": pl.Series(systems(employers, rows.employer)).gather(row),
            "event_id": labels("", 5_000_000_000 + number, 12),
            "application_id": pl.Series(ats_application_ids(stages.serial)).gather(row),
            "source_stage": pl.Series([stage for stage, _ in flat]).gather(place),
            "source_stage_rank": pl.Series([rank for _, rank in flat]).gather(place),
            "event_type": pl.Series(EVENT_TYPES).gather(code),
            "occurred_at": moments[row, code],
            "sequence": code + 1,
            "_lag": lag(plan, "ats event", number),
        }
    )


def salaries(plan: Plan, people: People, rows: Processes, serials: Ints) -> Floats:
    """Return yearly pay in whole hundreds of dollars, by the group of majors."""
    pay = plan.calibration.table("money.starting_pay_usd")
    by_group = np.array([pay.get(name, pay["other"]) for name in MAJORS])
    student = np.where(rows.who < OUTSIDERS, rows.who, rows.who % people.count)
    spread = np.exp(0.13 * normal_quantile(plan.level("salary", serials)))
    full_time = by_group[people.group[student]] * spread
    intern = plan.number("money.intern_wage_usd") * 2080 * spread
    return np.asarray(np.round(np.where(rows.kind == INTERNSHIP, intern, full_time) / 100) * 100)


def offer_frame(plan: Plan, people: People, employers: Employers, rows: Processes, stages: Stages) -> pl.DataFrame:
    """Return the rows of ``ats_offers``: a replaced offer is deprecated, the last version is answered."""
    made = np.flatnonzero(stages.offered < NEVER)
    pay = salaries(plan, people, rows, stages.serial)
    is_new = plan.chance("outcomes.new_position_share", stages.serial)
    words = employment_words(employers, rows.employer, rows.kind)
    answer = np.where(rows.outcome == DECLINED, "rejected", "accepted")
    frames = []
    for version in (1, 2):
        own = made if version == 1 else made[stages.replaced[made] < NEVER]
        replaced = (stages.replaced[own] < NEVER) if version == 1 else np.zeros(len(own), dtype=np.bool_)
        frames.append(
            pl.DataFrame(
                {
                    "system": pl.Series(systems(employers, rows.employer), dtype=pl.String).gather(own),
                    "offer_id": labels("O", stages.serial[own], 9),
                    "version": np.full(len(own), version, dtype=np.int64),
                    "application_id": ats_application_ids(stages.serial[own]),
                    "status": np.where(replaced, "deprecated", answer[own]),
                    "sent_at": stages.offered[own] if version == 1 else stages.replaced[own],
                    "resolved_at": np.where(replaced, NEVER, stages.resolved[own]),
                    "_changed_at": np.where(replaced, stages.replaced[own], stages.resolved[own]),
                    "starts_at": rows.start[own],
                    "employment_type": pl.Series(words, dtype=pl.String).gather(own),
                    "salary_usd": np.round(pay[own] * (0.96 if version == 1 else 1.0) / 100) * 100,
                    "is_new_position": is_new[own],
                }
            )
        )
    return pl.concat(frames)


def is_hired(rows: Processes, stages: Stages) -> Ints:
    """Return the rows whose offer was accepted and kept."""
    return np.flatnonzero((rows.outcome == HIRED) & (stages.resolved < NEVER))
