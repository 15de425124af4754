"""Canaries: rows of one employer whose words, amounts and moments stand nowhere else, in the contract's own files."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest

from tests.conftest import Project, once

DELIVERED = "2026-07-02"
FLOCK = ("heron", "osprey", "plover", "dunlin", "siskin", "wryneck", "avocet", "hoopoe", "jackdaw")
"""The bird of each employer of the tiny sample, in the order of their numbers."""

ADDED = {"E00901": ("bittern", None), "E00902": ("redstart", "E00901"), "E00903": ("nightjar", None),
         "E00904": ("goshawk", "E00903")}  # fmt: skip
"""Employers that consist of canaries alone, with their parents: two hosts with a child each."""

BIRDS = (*FLOCK, *(bird for bird, _ in ADDED.values()))
Row = Mapping[str, object]


@dataclass(frozen=True)
class Canary:
    """One employer's canary: all that is made of its word, and of numbers drawn from its word, is its own."""

    employer_id: str
    host_id: str
    bird: str

    @property
    def word(self) -> str:
        """The word in every text of the canary, such as ``heron7f3a``: letters and digits, so no writing breaks it."""
        return f"{self.bird}{sha256(self.bird.encode()).hexdigest()[:4]}"

    def amount(self, kind: str) -> Decimal:
        """Return an amount of hundreds of millions: four figures of it on a page are enough to know it again."""
        return Decimal(10_000_000_000 + self._drawn(kind) % 89_999_999_999) / 100

    def moment(self, kind: str, day: int) -> datetime:
        """Return a moment so many days after the canary was posted, at a second of its own."""
        return datetime(2024, 2, 5) + timedelta(days=day, seconds=3_600 + self._drawn(kind) % 80_000)

    def _drawn(self, kind: str) -> int:
        return int(sha256(f"{self.word} {kind}".encode()).hexdigest()[:12], 16)

    @property
    def project_id(self) -> str:
        return f"P{self.word}"

    @property
    def category(self) -> str:
        """A kind of work that nobody else posts."""
        return f"work_{self.word}"

    @property
    def department(self) -> str:
        return f"Aviary {self.word}"

    def student_id(self, who: str) -> str:
        return f"S{who}{self.word}"

    def family_name(self, who: str) -> str:
        return f"Family{who}{self.word}"

    def email(self, who: str) -> str:
        return f"mail{who}{self.word}@mail.example"

    @property
    def started_on(self) -> date:
        """The day on which its resident and its wanderer start: no other canary's, and in the midst of a month."""
        months, days = divmod(BIRDS.index(self.bird), 5)
        return date(2024, 8 + months, 10 + 3 * days)


RESIDENT, WANDERER, HERMIT = PEOPLE = ("resident", "wanderer", "hermit")
"""The resident is hired where the project was done, the wanderer by the next employer of the ring, the hermit nowhere;
the hermit does not agree to be contacted."""


def canaries(employer_ids: list[str]) -> list[Canary]:
    """Return a canary of each employer of the sample and of those added."""
    known = [Canary(each, each, bird) for each, bird in zip(employer_ids, FLOCK, strict=True)]
    return known + [Canary(each, parent or each, bird) for each, (bird, parent) in ADDED.items()]


def ring(flock: Sequence[Canary]) -> dict[Canary, Canary]:
    """Return each canary's next, of another host: it hires the wanderer."""
    order = sorted(flock, key=lambda each: (ADDED.get(each.employer_id, ("", None))[1] is not None, each.employer_id))
    return dict(zip(order, [*order[1:], order[0]], strict=True))


def land(landing: Path, flock: Sequence[Canary]) -> None:
    """Deliver the canaries a day after the sample's last delivery, and an employer's costs in a folder of its name."""
    after = ring(flock)
    parts = [*map(platform_rows, flock), *(outcome_rows(each, after[each]) for each in flock)]
    for source in ("platform", "outcomes"):
        gathered: dict[str, list[Row]] = {}
        for part in parts:
            for entity, rows in part.items():
                if (entity in OF_OUTCOMES) == (source == "outcomes"):
                    gathered.setdefault(entity, []).extend(rows)
        if source == "platform":
            gathered["employers"] = [*added_employers(flock)]
        deliver(landing / source / DELIVERED, source, gathered)
    for each in flock[:2]:
        deliver(landing / f"late_{each.word}", "platform", {"feedback_competencies": [competency(each)]})


def marketplace_with(factory: pytest.TempPathFactory, flock: tuple[Canary, ...]) -> Project:
    """Return a project with the tiny sample and the canaries, run once for all workers."""

    def make(folder: Path) -> None:
        project = Project(folder)
        for command in (("sample", "--scale", "tiny"), ("run",)):
            if command == ("run",):
                land(project.data / "landing", flock)
            done = project.throughline(*command)
            assert done.returncode == 0, f"{command}: {done.stdout}\n{done.stderr}"

    return Project(once(factory, "canaries", make))


OF_OUTCOMES = {
    "ats_jobs",
    "ats_candidates",
    "ats_candidate_emails",
    "ats_candidate_external_ids",
    "ats_applications",
    "ats_application_events",
    "ats_offers",
    "employments",
    "first_destinations",
    "outcome_feeds",
}


def deliver(folder: Path, source: str, entities: Mapping[str, list[Row]]) -> None:
    """Write a delivery: its manifest, and one file per entity."""
    folder.mkdir(parents=True)
    lines = [f'source = "{source}"', f"delivered_at = {DELIVERED}T06:00:00Z", 'delivery = "changes"']
    (folder / "delivery.toml").write_text("\n".join([*lines, "synthetic = true", ""]))
    for entity, rows in entities.items():
        with (folder / f"{entity}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows({name: _written(value) for name, value in row.items()} for row in rows)


def _written(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value.isoformat()}Z" if isinstance(value, datetime) else value


def added_employers(flock: Sequence[Canary]) -> Iterator[Row]:
    """Yield the employers that the sample does not have."""
    for each in flock:
        if each.employer_id in ADDED:
            yield {
                "employer_id": each.employer_id,
                "name": f"{each.word} Holdings",
                "parent_employer_id": ADDED[each.employer_id][1],
                "industry_naics": "541611",
                "size_band": "1000-4999",
                "state": "PA",
                "joined_at": datetime(2023, 1, 9, 8),
            }


def platform_rows(canary: Canary) -> dict[str, list[Row]]:
    """Return a canary's rows of the platform: a project that three completed, and one of its own kind of work."""
    return {
        "employer_domains": [{"employer_id": canary.employer_id, "domain": f"{canary.word}.example"}],
        "students": [student(canary, who) for who in PEOPLE],
        "student_emails": [
            {"student_id": canary.student_id(who), "email": canary.email(who), "is_primary": True} for who in PEOPLE
        ],
        "projects": [project(canary, "sales", ""), project(canary, canary.category, "x")],
        "applications": [application(canary, who) for who in PEOPLE],
        "application_events": [each for who in PEOPLE for each in application_events(canary, who)],
        "engagements": [engagement(canary, who) for who in PEOPLE],
        "feedback": [each for who in PEOPLE for each in feedback(canary, who)],
        "costs": [*costs(canary)],
    }


def student(canary: Canary, who: str) -> Row:
    """Return a student who applied nowhere else."""
    return {
        "student_id": canary.student_id(who),
        "given_name": f"Given{who}{canary.word}",
        "family_name": canary.family_name(who),
        "institution_unitid": "100654",
        "institution_name": f"College{who}{canary.word}",
        "degree_level": "bachelor",
        "major_cip": "52.0101",
        "graduation_date": "2024-06-01",
        "gender": "Woman",
        "race_ethnicity": "Asian",
        "first_generation": True,
        "state": "PA",
        "joined_at": canary.moment(f"joined {who}", -30),
        "consent_analytics": True,
        "consent_contact": who != HERMIT,
    }


def project(canary: Canary, category: str, suffix: str) -> Row:
    """Return a project; the one with a suffix finds nobody."""
    return {
        "project_id": f"{canary.project_id}{suffix}",
        "employer_id": canary.employer_id,
        "department": canary.department,
        "title": f"{canary.word}{suffix} watches the reeds",
        "category": category,
        "remote": True,
        "hours_estimated": 20,
        "fee_usd": canary.amount(f"fee{suffix}"),
        "platform_fee_usd": canary.amount(f"fee{suffix}") // 10,
        "funded_by": "employer",
        "slots": 3,
        "posted_at": canary.moment(f"posted{suffix}", 0),
        "closed_at": canary.moment(f"closed{suffix}", 20),
        "close_reason": "no_applicants" if suffix else "filled",
    }


def application(canary: Canary, who: str) -> Row:
    """Return an application that was selected."""
    return {
        "application_id": f"A{who}{canary.word}",
        "project_id": canary.project_id,
        "student_id": canary.student_id(who),
        "applied_at": canary.moment(f"applied {who}", 2),
        "status": "selected",
    }


def application_events(canary: Canary, who: str) -> Iterator[Row]:
    """Yield what happened to the application."""
    for number, event in enumerate(("applied", "reviewed", "shortlisted", "selected")):
        yield {
            "event_id": f"V{number}{who}{canary.word}",
            "application_id": f"A{who}{canary.word}",
            "event_type": event,
            "occurred_at": canary.moment(f"{event} {who}", 2 + number),
            "sequence": number,
            "actor": "student" if event == "applied" else "employer",
            "source_stage": f"Perch {canary.word}",
            "source_stage_rank": number,
        }


def engagement(canary: Canary, who: str) -> Row:
    """Return the work, done and paid."""
    return {
        "engagement_id": f"G{who}{canary.word}",
        "application_id": f"A{who}{canary.word}",
        "accepted_at": canary.moment(f"accepted {who}", 6),
        "started_at": canary.moment(f"started {who}", 7),
        "due_at": canary.moment(f"due {who}", 30),
        "submitted_at": canary.moment(f"submitted {who}", 27),
        "approved_at": canary.moment(f"approved {who}", 28),
        "paid_at": canary.moment(f"paid {who}", 29),
        "hours_reported": 21,
        "amount_paid_usd": canary.amount(f"paid {who}"),
    }


def feedback(canary: Canary, who: str) -> Iterator[Row]:
    """Yield what both sides say of the work."""
    for side in ("employer", "student"):
        yield {
            "feedback_id": f"F{side}{who}{canary.word}",
            "engagement_id": f"G{who}{canary.word}",
            "author_role": side,
            "rating": 4,
            "would_hire": True if side == "employer" else None,
            "submitted_at": canary.moment(f"{side} said {who}", 30),
        }


def competency(canary: Canary) -> Row:
    """Return a score that comes in a file with the canary's name."""
    return {"feedback_id": f"Femployer{RESIDENT}{canary.word}", "competency": "teamwork", "score": 4}


def costs(canary: Canary) -> Iterator[Row]:
    """Yield a bill, and hours at a rate."""
    common = {"employer_id": canary.employer_id, "period_month": "2024-03-01"}
    yield {
        "cost_id": f"C1{canary.word}",
        **common,
        "cost_type": "external_agency",
        "hours": None,
        "hourly_rate_usd": None,
        "amount_usd": canary.amount("agency"),
    }
    rate = canary.amount("rate")
    yield {
        "cost_id": f"C2{canary.word}",
        **common,
        "cost_type": "internal_recruiter_time",
        "hours": 1,
        "hourly_rate_usd": rate,
        "amount_usd": rate,
    }


def outcome_rows(canary: Canary, following: Canary) -> dict[str, list[Row]]:
    """Return the rows of an applicant tracking system: the resident is hired here, the wanderer by the next one."""
    found: dict[str, list[Row]] = {"first_destinations": [destination(canary)], "outcome_feeds": feed(canary)}
    for who, host in ((RESIDENT, canary), (WANDERER, following)):
        for entity, rows in hire(canary, who, host).items():
            found.setdefault(entity, []).extend(rows)
    return {entity: rows for entity, rows in found.items() if rows}


def destination(canary: Canary) -> Row:
    """Return what the wanderer answers to the survey."""
    return {
        "response_id": f"R{canary.word}",
        "student_id": canary.student_id(WANDERER),
        "outcome": "employed_full_time",
        "employer_name": f"Nest{canary.word}",
        "position": f"Keeper{canary.word}",
        "salary_usd": canary.amount("survey"),
        "surveyed_at": canary.moment("surveyed", 300),
    }


def feed(canary: Canary) -> list[Row]:
    """Return until when the outcomes of an employer that was added are seen."""
    if canary.employer_id not in ADDED:
        return []
    row = {"employer_id": canary.employer_id, "system": "greenhouse", "observable_from": "2022-01-01"}
    return [{**row, "last_synced_at": datetime(2026, 7, 1, 23)}]


def hire(canary: Canary, who: str, host: Canary) -> dict[str, list[Row]]:
    """Return how a host hired one of the canary's students: job, candidate, application, offer, employment."""
    key = {"system": "greenhouse"}
    number, job_id = f"{who}{host.word}", f"J{who}{host.word}"
    candidate = {**key, "candidate_id": f"c{number}"}
    starts_on = canary.started_on
    return {
        "ats_jobs": [
            {
                **key,
                "job_id": job_id,
                "employer_id": host.employer_id,
                "department": host.department,
                "title": f"Warden {host.word}",
                "employment_type": "Full-time",
                "opened_at": host.moment(f"opened {who}", 60),
            }
        ],
        "ats_candidates": [
            {
                **candidate,
                "employer_id": host.employer_id,
                "given_name": f"Given{who}{canary.word}",
                "family_name": canary.family_name(who),
                "school_name": f"College{who}{canary.word}",
                "graduation_year": 2024,
                "is_anonymized": False,
                "created_at": host.moment(f"created {who}", 70),
            }
        ],
        "ats_candidate_emails": [{**candidate, "value": canary.email(who), "kind": "personal"}],
        "ats_candidate_external_ids": [{**candidate, "value": canary.student_id(who), "kind": "platform_student_id"}],
        "ats_applications": [
            {
                **key,
                "application_id": f"T{number}",
                "candidate_id": f"c{number}",
                "job_id": job_id,
                "employer_id": host.employer_id,
                "applied_at": host.moment(f"ats applied {who}", 80),
                "source_name": f"Source {host.word}",
                "status": "hired",
                "hired_at": host.moment(f"ats hired {who}", 120),
            }
        ],
        "ats_application_events": [
            {
                **key,
                "event_id": f"W{step}{number}",
                "application_id": f"T{number}",
                "source_stage": f"Roost {host.word}",
                "source_stage_rank": step,
                "event_type": event,
                "occurred_at": host.moment(f"ats {event} {who}", 80 + 10 * step),
                "sequence": step,
            }
            for step, event in enumerate(("applied", "reviewed", "interviewed", "offered", "hired"))
        ],
        "ats_offers": [
            {
                **key,
                "offer_id": f"O{host.word}{who}",
                "version": 1,
                "application_id": f"T{number}",
                "status": "accepted",
                "sent_at": host.moment(f"sent {who}", 110),
                "resolved_at": host.moment(f"resolved {who}", 120),
                "starts_at": starts_on,
                "employment_type": "Full-time",
                "salary_usd": host.amount(f"salary {who}"),
                "is_new_position": False,
            }
        ],
        "employments": [
            {
                "employment_id": f"N{number}",
                "employer_id": host.employer_id,
                "system": "greenhouse",
                "candidate_id": f"c{number}",
                "start_date": starts_on,
                "employment_type": "Full-time",
                "performance_rating": 4,
            }
        ],
    }
