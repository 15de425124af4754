"""The raw rows as they were known at as_of, and who is who among them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines.contract import ENTITIES
from tests.recount.people import People, Person
from tests.recount.withdrawn import Withdrawn

FULL_TIME = {
    "full-time", "full_time", "full time", "fulltime", "ft", "regular", "regular full-time", "regular full time",
    "permanent", "salaried", "graduate", "graduate programme", "graduate program", "new grad", "entry level",
}  # fmt: skip
INTERNSHIP = {
    "intern", "internship", "summer intern", "summer internship", "paid internship", "co-op", "coop", "apprentice",
    "apprenticeship", "placement", "working student",
}  # fmt: skip


@dataclass(frozen=True)
class Start:
    """A person's first day of an employment or of an accepted offer: full-time, or a longer internship."""

    person: Person
    employer: str | None
    host: str | None
    day: date
    end: date | None
    evidence: str
    row: dict[str, Any]


class World:
    """The raw tables of a warehouse at its as_of.

    ``rows(entity)`` gives the current version of every key as a polars frame; the rest says who is who.
    """

    def __init__(self, warehouse: Path) -> None:
        self.connection = duckdb.connect(str(warehouse), read_only=True)
        self.as_of: datetime = self.connection.sql("select as_of from ops.as_of").fetchall()[0][0]
        self._rows: dict[str, pl.DataFrame] = {}

    @property
    def today(self) -> date:
        """The date of as_of."""
        return self.as_of.date()

    def before(self, days: int) -> datetime:
        """Return the moment so many days before as_of: what began by then has its window behind it."""
        return self.as_of - timedelta(days=days)

    @cached_property
    def withdrawn(self) -> dict[str, set[tuple[Any, ...]]]:
        """Keys, by entity, of what hangs on students who took back their consent."""
        return Withdrawn(self.connection).keys()

    def versions(self, entity: str) -> pl.DataFrame:
        """Return all rows of an entity known by as_of, deletions too, the latest version of a key last.

        Without what is theirs who took back the consent to analytics, as is known now.
        """
        if f"{entity}/versions" not in self._rows:
            frame = self.connection.sql(f"select * from raw.{entity}").pl()
            known = frame.filter(pl.col("_delivered_at") <= self.as_of)
            if gone := self.withdrawn.get(entity):
                key = list(ENTITIES[entity].key)
                known = known.join(
                    pl.DataFrame(list(gone), schema=known.select(key).schema, orient="row"), on=key, how="anti"
                )
            self._rows[f"{entity}/versions"] = known.sort("_version_at", "_delivered_at", "_file_id")
        return self._rows[f"{entity}/versions"]

    def rows(self, entity: str) -> pl.DataFrame:
        """Return the current row of each key of an entity, without deleted ones."""
        if entity not in self._rows:
            last = self.versions(entity).unique(list(ENTITIES[entity].key), keep="last", maintain_order=True)
            self._rows[entity] = last.filter(~pl.col("_is_deleted"))
        return self._rows[entity]

    def dicts(self, entity: str) -> list[dict[str, Any]]:
        """Return the current rows of an entity as dictionaries."""
        return self.rows(entity).to_dicts()

    @cached_property
    def host(self) -> dict[str, str]:
        """Ultimate parent of each employer."""
        parents = {row["employer_id"]: row["parent_employer_id"] for row in self.dicts("employers")}
        return {employer: self._top(employer, parents) for employer in parents}

    @cached_property
    def root(self) -> dict[str, str]:
        """First segment of each project."""
        parents = {row["project_id"]: row["parent_project_id"] for row in self.dicts("projects")}
        return {project: self._top(project, parents) for project in parents}

    @staticmethod
    def _top(item: str, parents: dict[str, str | None]) -> str:
        while (parent := parents.get(item)) and parent in parents:
            item = parent
        return item

    @cached_property
    def projects(self) -> dict[str, dict[str, Any]]:
        """Projects by number, with ``host`` and ``root``."""
        return {
            row["project_id"]: {
                **row,
                "host": self.host.get(row["employer_id"], row["employer_id"]),
                "root": self.root[row["project_id"]],
            }
            for row in self.dicts("projects")
        }

    @cached_property
    def students(self) -> dict[str, dict[str, Any]]:
        """Students by number; what they are is blank without consent or after deletion of the account."""
        kept = {"student_id", "joined_at", "consent_analytics", "consent_contact", "deleted_at"}
        found = {}
        for row in self.dicts("students"):
            is_open = row["consent_analytics"] and not (row["deleted_at"] and row["deleted_at"] <= self.as_of)
            found[row["student_id"]] = {name: value if is_open or name in kept else None for name, value in row.items()}
        return found

    @cached_property
    def unfollowed(self) -> dict[str, date]:
        """When each student without consent joined: nobody follows them."""
        return {
            student: row["joined_at"].date() for student, row in self.students.items() if not row["consent_analytics"]
        }

    @cached_property
    def people(self) -> People:
        """Who is who: merged candidates, and records that share an address of one student."""
        people = People()
        for row in self.dicts("ats_candidates"):
            if row["merged_into_candidate_id"]:
                people.join(
                    ("candidate", row["system"], row["candidate_id"]),
                    ("candidate", row["system"], row["merged_into_candidate_id"]),
                )
        owners: dict[str, set[str]] = defaultdict(set)
        for row in self.dicts("student_emails"):
            owners[row["email"].strip().lower()].add(row["student_id"])
        shared: dict[str, set[Person]] = defaultdict(set)
        for row in self.dicts("ats_candidate_emails"):
            address, who = row["value"].strip().lower(), ("candidate", row["system"], row["candidate_id"])
            if len(owners[address]) == 1:
                people.join(who, ("student", *owners[address]))
            elif not owners[address]:
                people.join(who, ("address", address))
            else:
                shared[address].add(who)
        for address, students in owners.items():
            holders = {people.find(each) for each in shared[address]}
            if len(students) == 1:
                people.join(("address", address), ("student", *students))
            elif len(holders) == 1:
                people.join(("address", address), *holders)
        return people

    def candidate(self, system: str | None, candidate_id: str | None) -> Person:
        """Return the person behind a candidate."""
        return self.people.find(("candidate", str(system), str(candidate_id)))

    @cached_property
    def type_words(self) -> dict[tuple[str, str, str], dict[str, Any]]:
        """Declared meanings of employment types by employer, system and word."""
        return {
            (row["employer_id"], row["system"], row["value"].strip().lower()): row
            for row in self.dicts("employment_type_map")
        }

    def is_kind(self, kind: str, employer: str | None, system: str | None, word: str | None) -> bool:
        """Tell whether a word means ``full_time`` or ``internship`` at an employer: its map, then defaults."""
        value = (word or "").strip().lower()
        owner, feed = employer or "*", system or "*"
        for key in ((owner, feed), (owner, "*"), ("*", feed), ("*", "*")):
            if (*key, value) in self.type_words:
                return bool(self.type_words[(*key, value)][f"is_{kind}"])
        return value in (FULL_TIME if kind == "full_time" else INTERNSHIP)

    @cached_property
    def employments(self) -> list[tuple[Person, str | None, dict[str, Any]]]:
        """Person, host and row of each employment, of any type."""
        found = []
        for row in self.dicts("employments"):
            if row["candidate_id"]:
                who = self.candidate(row["system"], row["candidate_id"])
            elif (row["email"] or "").strip():
                who = self.people.find(("address", row["email"].strip().lower()))
            else:
                who = ("employment", row["employment_id"])
            employer = row["employer_id"]
            found.append((who, self.host.get(employer, employer) if employer else None, row))
        return found

    @cached_property
    def offers(self) -> list[dict[str, Any]]:
        """The latest version of each offer, with person, host, employer, acceptance, and whether it was reneged on."""
        applications = {(row["system"], row["application_id"]): row for row in self.dicts("ats_applications")}
        versions: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        for row in self.dicts("ats_offers"):
            versions[(row["system"], row["offer_id"])].append(row)
        found = []
        for (system, _), each in versions.items():
            each.sort(key=lambda row: row["version"])
            last, application = each[-1], applications.get((system, each[-1]["application_id"]))
            accepted = [row["resolved_at"] for row in each if row["status"] == "accepted" and row["resolved_at"]]
            sent = [row["sent_at"] for row in each if row["sent_at"]]
            employer = application["employer_id"] if application else None
            rejected, starts = (application or {}).get("rejected_at"), last["starts_at"]
            was_accepted = any(row["status"] == "accepted" for row in each)
            reneged = was_accepted and (
                last["status"] != "accepted"
                or bool(
                    rejected
                    and accepted
                    and min(accepted) <= rejected
                    and (starts is None or rejected < datetime(starts.year, starts.month, starts.day))
                )
            )
            found.append(
                {
                    **last,
                    "application": application,
                    "employer": employer,
                    "host": self.host.get(employer, employer) if employer else None,
                    "person": self.candidate(system, application["candidate_id"]) if application else None,
                    "first_sent_at": min(sent) if sent else None,
                    "accepted_at": min(accepted) if accepted else None,
                    "was_accepted": was_accepted,
                    "is_reneged": reneged,
                    "is_full_time": self.is_kind("full_time", employer, system, last["employment_type"]),
                    "is_internship": self.is_kind("internship", employer, system, last["employment_type"]),
                }
            )
        return found

    @cached_property
    def hires(self) -> list[Start]:
        """Full-time starts by as_of: employments, and accepted offers of people without an employment at that host."""
        found, employed = [], set()
        for who, host, row in self.employments:
            if not self.is_kind("full_time", row["employer_id"], row["system"], row["employment_type"]):
                continue
            employed.add((who, host))
            if row["start_date"] <= self.today:
                start = row["start_date"]
                found.append(Start(who, row["employer_id"], host, start, row["end_date"], "employment", row))
        for offer in self.offers:
            who, host, start = offer["person"], offer["host"], offer["starts_at"]
            stands = offer["is_full_time"] and offer["status"] == "accepted" and not offer["is_reneged"]
            if stands and who and host and start and start <= self.today and (who, host) not in employed:
                found.append(Start(who, offer["employer"], host, start, None, "offer", offer))
        return sorted(found, key=lambda hire: hire.day)

    @cached_property
    def watches(self) -> dict[str, tuple[date, date]]:
        """First and last day of the latest unbroken watch over each employer, whichever of its systems kept it."""
        feeds: dict[str, list[tuple[date, date]]] = defaultdict(list)
        for row in self.dicts("outcome_feeds"):
            ends = [self.today, row["observable_to"], row["last_synced_at"] and row["last_synced_at"].date()]
            feeds[row["employer_id"]].append((row["observable_from"], min(each for each in ends if each)))
        found = {}
        for employer, each in feeds.items():
            seen = [feed for feed in each if feed[0] <= feed[1]]
            if not seen:
                continue
            last = max(feed[1] for feed in seen)
            first = last
            while earlier := [feed[0] for feed in seen if feed[0] < first <= feed[1] + timedelta(days=1)]:
                first = min(earlier)
            found[employer] = (first, last)
        return found

    @cached_property
    def observed(self) -> dict[str, tuple[date, date]]:
        """First and last day on which a hire at a host would be seen: while every employer with a feed is watched."""
        members: dict[str, list[tuple[date, date]]] = defaultdict(list)
        for employer, watch in self.watches.items():
            members[self.host.get(employer, employer)].append(watch)
        common = {host: (max(one[0] for one in each), min(one[1] for one in each)) for host, each in members.items()}
        return {host: watch for host, watch in common.items() if watch[0] <= watch[1]}
