"""A warehouse from a few hand-written rows: what a test says is delivered, the rest is filled in."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from pipelines.contract import ENTITIES
from pipelines.erasing.withdrawing import lay_out_withdrawn
from pipelines.pseudonyms import load_pseudonyms
from pipelines.transform import BuildResult, build, read_results, run_dbt
from pipelines.warehouse import open_warehouse, prepare

KEY = b"a key for tests"
AS_OF = datetime(2026, 1, 1)
LONG_AGO = datetime(2020, 1, 1)
WAREHOUSE = "analytics.duckdb"

Row = dict[str, Any]


@dataclass
class Marketplace:
    """Rows by entity; provenance is filled in, and a row is known from the start unless it says ``_delivered_at``."""

    as_of: datetime = AS_OF
    rows: dict[str, list[Row]] = field(default_factory=dict)

    def add(self, entity: str, *rows: Row) -> None:
        self.rows.setdefault(entity, []).extend(rows)

    def employer(self, employer_id: str, *, observed: tuple[date, date | None] | None = None, **more: Any) -> None:
        """Add an employer and, with ``observed``, a feed of its outcomes."""
        self.add("employers", {"employer_id": employer_id, "name": employer_id, "joined_at": LONG_AGO, **more})
        if observed is not None:
            start, end = observed
            feed = {"employer_id": employer_id, "system": "ats", "observable_from": start, "observable_to": end}
            self.add("outcome_feeds", feed)

    def student(self, student_id: str, *, emails: tuple[str, ...] = (), **more: Any) -> None:
        consents = {"consent_analytics": True, "consent_contact": True}
        self.add("students", {"student_id": student_id, "joined_at": LONG_AGO, **consents, **more})
        self.add("student_emails", *({"student_id": student_id, "email": email} for email in emails))

    def project(self, project_id: str, employer_id: str, posted_at: datetime, **more: Any) -> None:
        money = {"fee_usd": 500, "platform_fee_usd": 50, "funded_by": "employer", "slots": 1}
        self.add(
            "projects",
            {"project_id": project_id, "employer_id": employer_id, "posted_at": posted_at, **money, **more},
        )

    def application(
        self, application_id: str, project_id: str, student_id: str, applied_at: datetime, **events: datetime
    ) -> None:
        """Add an application and one event for each keyword, such as ``selected=datetime(...)``."""
        row = {"application_id": application_id, "project_id": project_id, "student_id": student_id}
        self.add("applications", {**row, "applied_at": applied_at, "status": "open"})
        for event_type, occurred_at in {"applied": applied_at, **events}.items():
            self.event(application_id, event_type, occurred_at)

    def event(self, application_id: str, event_type: str, occurred_at: datetime, **more: Any) -> None:
        number = len(self.rows.get("application_events", []))
        row = {"event_id": f"e{number}", "application_id": application_id, "event_type": event_type}
        self.add("application_events", {**row, "occurred_at": occurred_at, **more})

    def completion(self, name: str, employer_id: str, student_id: str, approved_at: datetime) -> None:
        """Add a project of this name, applied for 40, selected 30, started 20 and submitted 2 days before approval."""
        ago = {days: approved_at - timedelta(days=days) for days in (50, 40, 30, 20, 2)}
        self.project(name, employer_id, ago[50])
        self.application(name, name, student_id, ago[40], selected=ago[30])
        steps = {"accepted_at": ago[30], "started_at": ago[20], "due_at": approved_at, "submitted_at": ago[2]}
        self.add("engagements", {"engagement_id": name, "application_id": name, **steps, "approved_at": approved_at})

    def candidate(self, candidate_id: str, employer_id: str, *, emails: tuple[str, ...] = (), **more: Any) -> None:
        row = {"system": "ats", "candidate_id": candidate_id}
        self.add("ats_candidates", {**row, "employer_id": employer_id, **more})
        self.add("ats_candidate_emails", *({**row, "value": email} for email in emails))

    def job_application(self, application_id: str, candidate_id: str, employer_id: str, applied_at: datetime) -> None:
        row = {"system": "ats", "application_id": application_id, "candidate_id": candidate_id}
        self.add("ats_applications", {**row, "employer_id": employer_id, "applied_at": applied_at})

    def offer(self, offer_id: str, application_id: str, sent_at: datetime, **more: Any) -> None:
        row = {"system": "ats", "offer_id": offer_id, "version": 1, "application_id": application_id}
        state = {"status": "accepted", "sent_at": sent_at, "resolved_at": sent_at, "employment_type": "Full-Time"}
        self.add("ats_offers", {**row, **state, **more})

    def employment(self, employment_id: str, start_date: date, **more: Any) -> None:
        row = {"employment_id": employment_id, "start_date": start_date, "employment_type": "full-time"}
        self.add("employments", {**row, **more})

    def known_by(self, moment: datetime) -> "Marketplace":
        """Return what was delivered up to a moment."""
        known = {
            entity: [row for row in rows if row.get("_delivered_at", LONG_AGO) <= moment]
            for entity, rows in self.rows.items()
        }
        return Marketplace(self.as_of, known)

    def write(self, path: Path) -> None:
        """Create the warehouse file with these rows, pseudonyms included, and close it."""
        connection = open_warehouse(path)
        prepare(connection)
        connection.execute("delete from ops.as_of")
        connection.execute("insert into ops.as_of values (?)", [self.as_of])
        for entity, rows in self.rows.items():
            for number, row in enumerate(rows):
                insert(connection, entity, row, number)
        load_pseudonyms(connection, {1: KEY})
        lay_out_withdrawn(connection)
        connection.close()


def insert(connection: duckdb.DuckDBPyConnection, entity: str, row: Row, number: int) -> None:
    ENTITIES[entity].column(next(iter(row)))
    provenance = {
        "_source": "test",
        "_file_id": f"{number:016x}",
        "_delivered_at": LONG_AGO,
        "_batch_id": "batch",
        "_loaded_at": LONG_AGO,
        "_is_deleted": False,
    }
    given = {**provenance, **row}
    whole = {**given, "_version_at": row.get("updated_at") or given["_delivered_at"]}
    names = ", ".join(f'"{name}"' for name in whole)
    marks = ", ".join("?" for _ in whole)
    connection.execute(f"insert into raw.{entity} ({names}) values ({marks})", list(whole.values()))


@dataclass(frozen=True)
class Built:
    """A built warehouse, open for reading."""

    connection: duckdb.DuckDBPyConnection
    result: BuildResult
    path: Path

    def rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql, list(parameters)).fetchall()

    def one(self, sql: str, *parameters: object) -> tuple[Any, ...]:
        (row,) = self.rows(sql, *parameters)
        return row


def build_marketplace(marketplace: Marketplace, folder: Path) -> None:
    """Write the warehouse into a folder and build it with its data tests."""
    path = folder / WAREHOUSE
    marketplace.write(path)
    build(path, folder / "dbt")


def build_untested(marketplace: Marketplace, folder: Path) -> Built:
    """Build the models without their tests, which is faster."""
    path = folder / WAREHOUSE
    marketplace.write(path)
    done = run_dbt(path, folder / "dbt", "build", "--exclude-resource-type", "unit_test", "test")
    assert done.returncode == 0, done.stdout
    return opened(folder)


def opened(folder: Path) -> Built:
    """Open the warehouse that was built in a folder."""
    path = folder / WAREHOUSE
    return Built(open_warehouse(path, read_only=True), read_results(folder / "dbt"), path)
