"""What is theirs who took back the consent to analytics, found by hand: nothing of it is derived from the contract."""

from collections import defaultdict
from typing import Any

import duckdb

Row = dict[str, Any]

COLUMNS = {
    "students": ("student_id", "consent_analytics"),
    "student_emails": ("student_id, email", ""),
    "applications": ("application_id", "student_id"),
    "application_events": ("event_id", "application_id"),
    "engagements": ("engagement_id", "application_id"),
    "feedback": ("feedback_id", "engagement_id"),
    "feedback_competencies": ("feedback_id, competency", ""),
    "first_destinations": ("response_id", "student_id"),
    "ats_candidates": ("system, candidate_id", "merged_into_candidate_id"),
    "ats_candidate_emails": ("system, candidate_id, value", ""),
    "ats_candidate_external_ids": ("system, candidate_id, value", "kind"),
    "ats_applications": ("system, application_id", "candidate_id"),
    "ats_application_events": ("system, event_id", "application_id"),
    "ats_offers": ("system, offer_id, version", "application_id"),
    "employments": ("employment_id", "system, candidate_id, email"),
}
"""Entity -> its key, and what else says whose a row is."""


def address(text: str | None) -> str:
    return (text or "").strip().lower()


class Withdrawn:
    """Whoever took the consent back, and what is theirs, in all that was ever delivered."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.raw: dict[str, list[Row]] = {}
        for entity, columns in COLUMNS.items():
            names = ", ".join(filter(None, columns))
            order = "order by _version_at, _delivered_at, _file_id"
            self.raw[entity] = connection.sql(f"select {names}, _is_deleted from raw.{entity} {order}").pl().to_dicts()
        said = defaultdict(list)
        for row in self.raw["students"]:
            if not row["_is_deleted"]:
                said[row["student_id"]].append(row["consent_analytics"])
        self.students = {student for student, answers in said.items() if any(answers) and not answers[-1]}
        self.addresses = {address(row["email"]) for row in self.raw["student_emails"] if self.is_student(row)}
        self.candidates = {
            (row["system"], row["candidate_id"])
            for row in self.raw["ats_candidate_external_ids"]
            if row["kind"] == "platform_student_id" and row["value"] in self.students
        }
        while self.grown():
            pass

    def is_student(self, row: Row) -> bool:
        return row["student_id"] in self.students

    def is_candidate(self, row: Row) -> bool:
        return (row["system"], row["candidate_id"]) in self.candidates

    def has_address(self, row: Row) -> bool:
        return address(row.get("email") or row.get("value")) in self.addresses

    def grown(self) -> bool:
        """Add the candidates that an address or a merge leads to, and the addresses that they alone have."""
        before = len(self.candidates) + len(self.addresses)
        named = [row for row in self.raw["employments"] if row["candidate_id"] and row["email"]]
        addressed = [*self.raw["ats_candidate_emails"], *named]
        self.candidates |= {(row["system"], row["candidate_id"]) for row in addressed if self.has_address(row)}
        for row in self.raw["ats_candidates"]:
            both = {(row["system"], row["candidate_id"]), (row["system"], row["merged_into_candidate_id"])}
            if row["merged_into_candidate_id"] and both & self.candidates:
                self.candidates |= both
        others = {address(row["email"]) for row in self.raw["student_emails"] if not self.is_student(row)}
        others |= {address(row["value"]) for row in self.raw["ats_candidate_emails"] if not self.is_candidate(row)}
        theirs = {address(row.get("email") or row.get("value")) for row in addressed if self.is_candidate(row)}
        self.addresses |= theirs - others
        return len(self.candidates) + len(self.addresses) > before

    def keys(self) -> dict[str, set[tuple[Any, ...]]]:
        """Return the keys of their rows by entity."""
        applications = {row["application_id"] for row in self.raw["applications"] if self.is_student(row)}
        engagements = {row["engagement_id"] for row in self.raw["engagements"] if row["application_id"] in applications}
        feedback = {row["feedback_id"] for row in self.raw["feedback"] if row["engagement_id"] in engagements}
        jobs = {
            (row["system"], row["application_id"]) for row in self.raw["ats_applications"] if self.is_candidate(row)
        }
        is_theirs = {
            "students": self.is_student,
            "student_emails": lambda row: self.is_student(row) or self.has_address(row),
            "first_destinations": self.is_student,
            "applications": lambda row: row["application_id"] in applications,
            "application_events": lambda row: row["application_id"] in applications,
            "engagements": lambda row: row["engagement_id"] in engagements,
            "feedback": lambda row: row["feedback_id"] in feedback,
            "feedback_competencies": lambda row: row["feedback_id"] in feedback,
            "ats_candidates": self.is_candidate,
            "ats_candidate_emails": lambda row: self.is_candidate(row) or self.has_address(row),
            "ats_candidate_external_ids": self.is_candidate,
            "ats_applications": lambda row: (row["system"], row["application_id"]) in jobs,
            "ats_application_events": lambda row: (row["system"], row["application_id"]) in jobs,
            "ats_offers": lambda row: (row["system"], row["application_id"]) in jobs,
            "employments": lambda row: self.is_candidate(row) or self.has_address(row),
        }
        return {
            entity: {tuple(row[name] for name in key.split(", ")) for row in self.raw[entity] if is_theirs[entity](row)}
            for entity, (key, _) in COLUMNS.items()
        }
