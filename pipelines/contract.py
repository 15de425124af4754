"""The data contract: every entity that a platform or an outcome system hands over, declared once.

Timestamps are UTC, money is ``decimal(12,2)`` in USD, codes are text, and there are no list-valued columns.
Raw tables, file schemas, border checks and dbt sources are derived from ``ENTITIES`` or tested against it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Type = Literal["text", "integer", "decimal", "date", "timestamp", "boolean"]
Group = Literal["platform", "outcomes"]
Pii = Literal["none", "direct", "protected", "pay"]

SQL_TYPES: dict[Type, str] = {
    "text": "varchar",
    "integer": "bigint",
    "decimal": "decimal(12,2)",
    "date": "date",
    "timestamp": "timestamp",
    "boolean": "boolean",
}

EXAMPLES: dict[Type, str] = {
    "text": "text",
    "integer": "a whole number such as 12",
    "decimal": "an amount with at most two decimals such as 450.00",
    "date": "a date such as 2026-01-31",
    "timestamp": "a time such as 2026-01-31T12:00:00Z",
    "boolean": "true or false",
}
"""What a message tells the deliverer to write."""

EARLIEST_YEAR, LATEST_YEAR = 1990, 2100
"""Years outside this range are not dates of this domain: sentinels, typing errors, ``epoch``, ``infinity``."""


@dataclass(frozen=True)
class Person:
    """Whom a column names without being a reference: a key of the contract, or ``email``, where a condition holds."""

    names: str
    where: str = "true"


@dataclass(frozen=True)
class Column:
    """One field of an entity; ``planned`` dates may lie after the delivery, all others may not."""

    name: str
    type: Type
    description: str
    key: bool = False
    required: bool = False
    planned: bool = False
    pii: Pii = "none"
    values: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    references: str | None = None
    person: Person | None = None

    @property
    def sql_type(self) -> str:
        return SQL_TYPES[self.type]


@dataclass(frozen=True)
class Entity:
    """One table of the contract; the key columns come first and are required."""

    name: str
    group: Group
    description: str
    columns: tuple[Column, ...]

    @property
    def key(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.key)

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.required)

    def column(self, name: str) -> Column:
        """Return the column called ``name``; raise KeyError when the entity has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name!r}; it has {[column.name for column in self.columns]}")


EMAIL = Person("email")
CANDIDATE = Person("ats_candidates.candidate_id")
STUDENT = Person("students.student_id", where="kind = 'platform_student_id'")
"""As an external id: only a number of this kind is one of the platform's."""

UPDATED_AT = Column("updated_at", "timestamp", "When the source last changed the row, if it says so.")

PROVENANCE: tuple[Column, ...] = (
    Column("_source", "text", "Name of the source that delivered the row.", required=True),
    Column("_file_id", "text", "First 16 hex digits of the SHA-256 of the file.", required=True),
    Column("_delivered_at", "timestamp", "When the row became known: the delivery's time.", required=True),
    Column("_batch_id", "text", "The ingest run that loaded the row.", required=True),
    Column(
        "_loaded_at", "timestamp", "When that run loaded it; load bookkeeping, never used by a model.", required=True
    ),
    Column("_is_deleted", "boolean", "True where a snapshot or correction no longer holds the key.", required=True),
    Column(
        "_version_at",
        "timestamp",
        "Time that decides which version of a key is current: updated_at, or the delivery for snapshots, corrections "
        "and rows without one.",
        required=True,
    ),
)
"""Columns that every raw row carries besides the contract's own."""


def key(
    name: str,
    description: str,
    references: str | None = None,
    type: Type = "text",
    pii: Pii = "none",
    person: Person | None = None,
) -> Column:
    """Declare a key column."""
    return Column(name, type, description, key=True, required=True, references=references, pii=pii, person=person)


def text(
    name: str,
    description: str,
    *,
    values: tuple[str, ...] = (),
    required: bool = False,
    pii: Pii = "none",
    person: Person | None = None,
) -> Column:
    """Declare a text column."""
    return Column(name, "text", description, required=required, values=values, pii=pii, person=person)


def link(name: str, references: str, description: str, *, required: bool = True) -> Column:
    """Declare a reference to the key of another entity."""
    return Column(name, "text", description, required=required, references=references)


def flag(name: str, description: str, *, pii: Pii = "none", required: bool = False) -> Column:
    """Declare a yes-or-no column."""
    return Column(name, "boolean", description, pii=pii, required=required)


def moment(name: str, description: str, *, required: bool = False, planned: bool = False) -> Column:
    """Declare a moment in UTC."""
    return Column(name, "timestamp", description, required=required, planned=planned)


def day(name: str, description: str, *, required: bool = False, planned: bool = False) -> Column:
    """Declare a calendar day."""
    return Column(name, "date", description, required=required, planned=planned)


def count(
    name: str, description: str, *, required: bool = False, minimum: float | None = 0, maximum: float | None = None
) -> Column:
    """Declare a whole number within bounds."""
    return Column(name, "integer", description, required=required, minimum=minimum, maximum=maximum)


def amount(name: str, description: str, *, required: bool = False, pii: Pii = "none") -> Column:
    """Declare an amount that is never negative, in USD unless the name says otherwise."""
    return Column(name, "decimal", description, required=required, minimum=0, pii=pii)


def entity(name: str, group: Group, description: str, *columns: Column) -> Entity:
    """Declare an entity; every entity may carry ``updated_at``."""
    return Entity(name, group, description, (*columns, UPDATED_AT))


COMPETENCIES = (
    "career_and_self_development",
    "communication",
    "critical_thinking",
    "equity_and_inclusion",
    "leadership",
    "professionalism",
    "teamwork",
    "technology",
)
"""The eight career-readiness competencies of NACE (2024 revision)."""

APPLICATION_EVENT_TYPES = (
    "applied",
    "reviewed",
    "shortlisted",
    "interviewed",
    "selected",
    "rejected",
    "withdrawn",
    "reopened",
    "expired",
)

ATS_EVENT_TYPES = (*APPLICATION_EVENT_TYPES, "offered", "hired", "unrejected", "unhired", "transferred")

FIRST_DESTINATIONS = (
    "employed_full_time",
    "employed_part_time",
    "service",
    "military",
    "continuing_education",
    "seeking_employment",
    "seeking_education",
    "not_seeking",
)
"""Outcome categories of the NACE First-Destination Survey."""

COST_TYPES = (
    "external_agency",
    "external_advertising",
    "external_job_fairs",
    "external_travel",
    "external_screening",
    "external_technology",
    "external_signing_bonus",
    "external_relocation",
    "internal_recruiter_time",
    "internal_manager_time",
    "internal_supervisor_time",
    "internal_screening_time",
    "internal_overhead",
    "internal_referral_bonus",
)
"""External and internal recruiting costs after ANSI/SHRM 06001.2012, in words of our own."""

PLATFORM = (
    entity(
        "employers",
        "platform",
        "Companies that post projects.",
        key("employer_id", "The platform's number of the employer."),
        text("name", "Name as shown on the platform.", required=True),
        link("parent_employer_id", "employers.employer_id", "The owning employer, if any.", required=False),
        text("industry_naics", "NAICS 2022 code, two to six digits."),
        text("size_band", "Number of employees.", values=("1-49", "50-249", "250-999", "1000-4999", "5000+")),
        text("state", "Two-letter state of the headquarters."),
        moment("joined_at", "When the employer joined the platform.", required=True),
    ),
    entity(
        "employer_domains",
        "platform",
        "E-mail domains that belong to an employer.",
        key("employer_id", "Owner of the domain.", "employers.employer_id"),
        key("domain", "Domain in lower case."),
        moment("verified_at", "When ownership was shown."),
    ),
    entity(
        "students",
        "platform",
        "People who apply for projects.",
        key("student_id", "The platform's number of the student."),
        text("given_name", "Given name.", pii="direct"),
        text("family_name", "Family name.", pii="direct"),
        text("institution_unitid", "UNITID of the institution, if known."),
        text("institution_name", "Institution as the student wrote it."),
        text(
            "degree_level",
            "Degree being studied for.",
            values=("certificate", "associate", "bachelor", "master", "doctorate"),
        ),
        text("major_cip", "CIP 2020 code of the major."),
        day("graduation_date", "Expected or actual graduation.", planned=True),
        text("gpa_band", "Self-reported GPA band.", values=("below 2.5", "2.5-2.99", "3.0-3.49", "3.5-4.0")),
        flag("first_generation", "First in the family at college, self-reported.", pii="protected"),
        flag("pell_recipient", "Receives a Pell grant, self-reported.", pii="protected"),
        text("gender", "Self-reported; blank if not said.", pii="protected"),
        text("race_ethnicity", "Self-reported; blank if not said.", pii="protected"),
        text("state", "Two-letter state of residence."),
        moment("joined_at", "When the student joined the platform.", required=True),
        flag("consent_analytics", "Agrees to be counted in analytics.", required=True),
        flag("consent_contact", "Agrees to be contacted by employers worked for.", required=True),
        moment("deleted_at", "When the account was closed."),
    ),
    entity(
        "student_emails",
        "platform",
        "Every address that a student has used.",
        key("student_id", "Owner of the address.", "students.student_id"),
        key("email", "Address as entered.", pii="direct", person=EMAIL),
        flag("is_primary", "The address in use."),
        moment("added_at", "When it was added."),
    ),
    entity(
        "projects",
        "platform",
        "Micro-internship projects as posted.",
        key("project_id", "The platform's number of the project."),
        link("employer_id", "employers.employer_id", "Who posted it."),
        text("department", "Department that posted it."),
        link("parent_project_id", "projects.project_id", "First segment of a longer internship.", required=False),
        text("title", "Title as posted."),
        text("category", "Kind of work."),
        text("soc_code", "SOC 2018 code of the work."),
        flag("remote", "Done remotely."),
        count("hours_estimated", "Estimated hours of work.", minimum=1, maximum=400),
        amount("fee_usd", "Paid in total, platform fee included, for one slot.", required=True),
        amount("platform_fee_usd", "The platform's part of the fee."),
        text("funded_by", "Who pays the fee.", values=("employer", "school", "state"), required=True),
        count("slots", "Number of students wanted.", minimum=1, maximum=1000, required=True),
        moment("posted_at", "When it was posted.", required=True),
        moment("application_deadline_at", "Last moment to apply.", planned=True),
        moment("closed_at", "When it stopped taking applications."),
        text(
            "close_reason",
            "Why it closed.",
            values=("filled", "no_applicants", "none_suitable", "cancelled", "expired"),
        ),
    ),
    entity(
        "applications",
        "platform",
        "One student's application for one project.",
        key("application_id", "The platform's number of the application."),
        link("project_id", "projects.project_id", "What was applied for."),
        link("student_id", "students.student_id", "Who applied."),
        moment("applied_at", "When.", required=True),
        text("status", "State on the platform now.", values=("open", "selected", "rejected", "withdrawn", "expired")),
    ),
    entity(
        "application_events",
        "platform",
        "What happened to an application; events repeat, go backward and are undone.",
        key("event_id", "The platform's number of the event."),
        link("application_id", "applications.application_id", "Whose event."),
        text("event_type", "What happened.", values=APPLICATION_EVENT_TYPES, required=True),
        moment("occurred_at", "When.", required=True),
        count("sequence", "Order among events of one moment.", minimum=None),
        text("actor", "Who caused it.", values=("employer", "student", "platform")),
        text("source_stage", "The source's own word for the stage."),
        count("source_stage_rank", "Rank of that stage in the source's own order.", minimum=None),
    ),
    entity(
        "engagements",
        "platform",
        "An accepted selection: the work itself.",
        key("engagement_id", "The platform's number of the engagement."),
        link("application_id", "applications.application_id", "The application that led to it."),
        moment("accepted_at", "When the student accepted.", required=True),
        moment("started_at", "When work began."),
        moment("due_at", "When the work is due.", planned=True),
        moment("submitted_at", "When the work was handed in."),
        moment("approved_at", "When the employer approved it: the completion."),
        moment("paid_at", "When the student was paid."),
        moment("cancelled_at", "When it was called off."),
        text("cancelled_by", "Who called it off.", values=("employer", "student", "platform")),
        text("cancel_reason", "Why, in one word of the platform's."),
        amount("hours_reported", "Hours that the student reports."),
        amount("amount_paid_usd", "Paid to the student."),
    ),
    entity(
        "feedback",
        "platform",
        "Ratings after an engagement.",
        key("feedback_id", "The platform's number of the feedback."),
        link("engagement_id", "engagements.engagement_id", "The work that is rated."),
        text("author_role", "Who rates.", values=("employer", "student"), required=True),
        count("rating", "1 (poor) to 5 (excellent).", minimum=1, maximum=5),
        flag("would_hire", "The employer would hire this student."),
        moment("submitted_at", "When.", required=True),
    ),
    entity(
        "feedback_competencies",
        "platform",
        "Scores by career-readiness competency.",
        key("feedback_id", "The feedback that holds the score.", "feedback.feedback_id"),
        Column("competency", "text", "NACE competency.", key=True, required=True, values=COMPETENCIES),
        count("score", "1 (low) to 5 (high).", minimum=1, maximum=5, required=True),
    ),
    entity(
        "costs",
        "platform",
        "What an employer spends on recruiting, by month and kind.",
        key("cost_id", "Number of the cost line."),
        link("employer_id", "employers.employer_id", "Whose cost."),
        day("period_month", "First day of the month.", required=True, planned=True),
        text("cost_type", "Kind of cost.", values=COST_TYPES, required=True),
        amount("hours", "Hours, where the cost is time."),
        amount("hourly_rate_usd", "Loaded hourly rate."),
        amount("amount_usd", "Amount of the line."),
    ),
)


def system_key(what: str) -> Column:
    """Declare the part of a key that says which system numbers the row."""
    return key("system", f"Name of the system that numbers the {what}.")


OUTCOMES = (
    entity(
        "ats_jobs",
        "outcomes",
        "Jobs in an employer's applicant tracking system.",
        system_key("job"),
        key("job_id", "The system's number of the job."),
        link("employer_id", "employers.employer_id", "Whose job."),
        text("department", "Department of the job."),
        text("title", "Title of the job."),
        text("employment_type", "The employer's own word; see employment_type_map."),
        moment("opened_at", "When the job was opened."),
        moment("closed_at", "When it was closed."),
    ),
    entity(
        "ats_candidates",
        "outcomes",
        "Candidates in an applicant tracking system.",
        system_key("candidate"),
        key("candidate_id", "The system's number of the candidate."),
        link("employer_id", "employers.employer_id", "Whose system it is."),
        text("given_name", "Given name.", pii="direct"),
        text("family_name", "Family name.", pii="direct"),
        text("school_name", "School as written."),
        count("graduation_year", "Year of graduation.", minimum=EARLIEST_YEAR, maximum=LATEST_YEAR),
        text("merged_into_candidate_id", "The candidate that took this one over.", person=CANDIDATE),
        flag("is_anonymized", "Personal data were removed at the source."),
        moment("created_at", "When the candidate was created."),
    ),
    entity(
        "ats_candidate_emails",
        "outcomes",
        "Every address of a candidate.",
        system_key("candidate"),
        key("candidate_id", "Owner of the address.", "ats_candidates.candidate_id"),
        key("value", "Address as entered.", pii="direct", person=EMAIL),
        text("kind", "Personal, work, school, other."),
    ),
    entity(
        "ats_candidate_external_ids",
        "outcomes",
        "Numbers that other systems give a candidate.",
        system_key("candidate"),
        key("candidate_id", "Owner of the number.", "ats_candidates.candidate_id"),
        key("value", "The other system's number.", pii="direct", person=STUDENT),
        text("kind", "Which other system, such as platform_student_id."),
    ),
    entity(
        "ats_applications",
        "outcomes",
        "Applications for jobs.",
        system_key("application"),
        key("application_id", "The system's number of the application."),
        link("candidate_id", "ats_candidates.candidate_id", "Who applied; may since have been merged."),
        link("job_id", "ats_jobs.job_id", "The job.", required=False),
        link("employer_id", "employers.employer_id", "Whose system it is."),
        moment("applied_at", "When.", required=True),
        text("source_name", "The source that the system itself credits."),
        text("status", "State in the system now.", values=("active", "rejected", "hired", "converted")),
        moment("rejected_at", "When rejected, if so now."),
        moment("hired_at", "When marked as hired, if so now."),
    ),
    entity(
        "ats_application_events",
        "outcomes",
        "What happened to an application in the system.",
        system_key("event"),
        key("event_id", "The system's number of the event."),
        link("application_id", "ats_applications.application_id", "Whose event."),
        text("source_stage", "The system's own word for the stage."),
        count("source_stage_rank", "Rank of that stage in the system's own order.", minimum=None),
        text("event_type", "What happened.", values=ATS_EVENT_TYPES, required=True),
        moment("occurred_at", "When.", required=True),
        count("sequence", "Order among events of one moment.", minimum=None),
    ),
    entity(
        "ats_offers",
        "outcomes",
        "Versions of offers.",
        system_key("offer"),
        key("offer_id", "The system's number of the offer."),
        key("version", "Version, counted from 1.", type="integer"),
        link("application_id", "ats_applications.application_id", "The application that the offer answers."),
        text(
            "status",
            "State of this version.",
            values=("unresolved", "accepted", "rejected", "deprecated"),
            required=True,
        ),
        moment("sent_at", "When sent."),
        moment("resolved_at", "When accepted or rejected."),
        day("starts_at", "Agreed first day.", planned=True),
        text("employment_type", "The employer's own word; see employment_type_map."),
        amount("salary_usd", "Yearly pay.", pii="pay"),
        flag("is_new_position", "The role was created for this person."),
    ),
    entity(
        "employments",
        "outcomes",
        "Jobs that persons hold or held.",
        key("employment_id", "Number of the employment."),
        link(
            "employer_id",
            "employers.employer_id",
            "The employer; blank where it is not on the platform.",
            required=False,
        ),
        text("system", "System that numbers the candidate."),
        text("candidate_id", "The person, by candidate.", person=CANDIDATE),
        text("email", "The person, by address.", pii="direct", person=EMAIL),
        day("start_date", "First day.", required=True, planned=True),
        day("end_date", "Last day; blank while it lasts.", planned=True),
        text("end_reason", "Why it ended.", values=("voluntary", "involuntary", "end_of_contract", "other")),
        text("employment_type", "The employer's own word; see employment_type_map."),
        count("performance_rating", "1 (low) to 5 (high).", minimum=1, maximum=5),
    ),
    entity(
        "employment_type_map",
        "outcomes",
        "What an employer's words for employment types mean; '*' stands for every employer or system.",
        key("employer_id", "Employer, or '*'."),
        key("system", "System, or '*'."),
        key("value", "The word, in lower case."),
        flag("is_full_time", "Counts as full-time work.", required=True),
        flag("is_internship", "Counts as a longer internship.", required=True),
    ),
    entity(
        "first_destinations",
        "outcomes",
        "Answers to the first-destination survey.",
        key("response_id", "Number of the response."),
        link("student_id", "students.student_id", "Who answered."),
        text("outcome", "NACE category.", values=FIRST_DESTINATIONS, required=True),
        text("employer_name", "Employer as written."),
        text("position", "Position as written."),
        amount("salary_usd", "Yearly pay.", pii="pay"),
        moment("surveyed_at", "When answered.", required=True),
    ),
    entity(
        "outcome_feeds",
        "outcomes",
        "Until when an employer's outcomes can be seen; without it a silent feed looks like failure.",
        key("employer_id", "Whose outcomes.", "employers.employer_id"),
        key("system", "System that feeds them."),
        day("observable_from", "First day on which a hire would be seen.", required=True),
        day("observable_to", "Last such day; blank while the feed lasts.", planned=True),
        moment("last_synced_at", "Last time that the feed spoke."),
    ),
)

ENTITIES: dict[str, Entity] = {each.name: each for each in (*PLATFORM, *OUTCOMES)}


def entities(group: Group) -> Iterable[Entity]:
    """Yield the entities of one group in the order of declaration."""
    return (each for each in ENTITIES.values() if each.group == group)
