"""The published file counts what was delivered: an independent count of the sample's files.

Nothing of the pipeline is used here: files are read with the csv module, polars and json, rows are judged by rules
written anew, and people are found by joining records that share an address.
"""

import csv
import json
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from tests.conftest import Project

Row = dict[str, Any]
ID, TIME, DAY, MONEY, FLAG = "id", "time", "day", "money", "flag"

RULES: dict[str, dict[str, Any]] = {
    "projects": {
        "employer_id": ID,
        "fee_usd": MONEY,
        "platform_fee_usd": MONEY,
        "slots": range(1, 1001),
        "hours_estimated": range(1, 401),
        "posted_at": TIME,
        "closed_at": TIME,
        "application_deadline_at": "plan",
        "funded_by": {"employer", "school", "state"},
        "remote": FLAG,
        "close_reason": {"filled", "no_applicants", "none_suitable", "cancelled", "expired"},
    },
    "applications": {
        "project_id": ID,
        "student_id": ID,
        "applied_at": TIME,
        "status": {"open", "selected", "rejected", "withdrawn", "expired"},
    },
    "engagements": {
        "application_id": ID,
        "accepted_at": TIME,
        "started_at": TIME,
        "due_at": "plan",
        "submitted_at": TIME,
        "approved_at": TIME,
        "paid_at": TIME,
        "cancelled_at": TIME,
        "cancelled_by": {"employer", "student", "platform"},
        "hours_reported": MONEY,
        "amount_paid_usd": MONEY,
    },
    "employments": {"start_date": DAY, "end_date": DAY, "performance_rating": range(1, 6)},
    "ats_offers": {
        "application_id": ID,
        "status": {"unresolved", "accepted", "rejected", "deprecated"},
        "sent_at": TIME,
        "resolved_at": TIME,
        "starts_at": DAY,
    },
    "ats_applications": {
        "candidate_id": ID,
        "employer_id": ID,
        "applied_at": TIME,
        "rejected_at": TIME,
        "hired_at": TIME,
        "status": {"active", "rejected", "hired", "converted"},
    },
    "ats_candidates": {"employer_id": ID, "created_at": TIME, "graduation_year": range(1990, 2101)},
    "ats_candidate_emails": {},
    "student_emails": {"added_at": TIME},
    "employers": {"name": ID, "joined_at": TIME},
    "employment_type_map": {"is_full_time": FLAG, "is_internship": FLAG},
}
REQUIRED = {"employer_id", "fee_usd", "slots", "posted_at", "funded_by", "project_id", "student_id", "applied_at"} | {
    "application_id",
    "accepted_at",
    "start_date",
    "status",
    "candidate_id",
    "name",
    "joined_at",
    "is_full_time",
}
OPTIONAL_HERE = {("applications", "status"), ("ats_applications", "status")}
KEYS = {
    "projects": ("project_id",),
    "applications": ("application_id",),
    "engagements": ("engagement_id",),
    "employments": ("employment_id",),
    "ats_offers": ("system", "offer_id", "version"),
    "ats_applications": ("system", "application_id"),
    "ats_candidates": ("system", "candidate_id"),
    "ats_candidate_emails": ("system", "candidate_id", "value"),
    "student_emails": ("student_id", "email"),
    "employers": ("employer_id",),
    "employment_type_map": ("employer_id", "system", "value"),
}


def text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value).lower() if isinstance(value, bool) else str(value)


def raw_rows(path: Path) -> Iterator[Row]:
    """Yield the well-formed records of one file as text."""
    if path.suffix in (".csv", ".tsv"):
        content = path.read_bytes().decode("utf-8", "replace")
        lines = [line for line in content.split("\n") if "\x00" not in line and "\ufffd" not in line]
        parsed = csv.reader(lines, delimiter="\t" if path.suffix == ".tsv" else ",")
        header = next(parsed)
        for values in parsed:
            if len(values) == len(header):
                yield {name: text(value) for name, value in zip(header, values, strict=True)}
    elif path.suffix == ".ndjson":
        for line in path.read_text().splitlines():
            try:
                found = json.loads(line)
            except json.JSONDecodeError:
                continue
            if isinstance(found, dict):
                yield {name: text(value) for name, value in found.items()}
    else:
        frame = pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_excel(path, infer_schema_length=0)
        for row in frame.iter_rows(named=True):
            yield {name: text(value) for name, value in row.items()}


def moment(value: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(value.replace("Z", "+00:00")).replace(tzinfo=None)
    except ValueError:
        return None
    return found if 1990 <= found.year <= 2100 else None


def is_good(value: str | None, rule: Any, is_required: bool, delivered: datetime) -> bool:
    if value is None:
        return not is_required
    if isinstance(rule, set):
        return value in rule
    if rule in (TIME, "plan", DAY):
        found = moment(value)
        return found is not None and (rule != TIME or found <= delivered)
    if rule == FLAG:
        return value.lower() in {"true", "false", "t", "f", "yes", "no", "y", "n", "0", "1"}
    if isinstance(rule, range):
        return value.isdigit() and int(value) in rule
    if rule == MONEY:
        return value.replace(".", "", 1).isdigit() and len(value.partition(".")[2].rstrip("0")) <= 2
    return True


def current_rows(landing: Path, entity: str) -> dict[tuple[str, ...], Row]:
    """Return the latest good row of each key: updates win by updated_at, then by delivery."""
    best: dict[tuple[str, ...], tuple[tuple[datetime, datetime], Row]] = {}
    for manifest in sorted(landing.rglob("delivery.toml")):
        told = tomllib.loads(manifest.read_text())
        delivered = told["delivered_at"].replace(tzinfo=None)
        for path in manifest.parent.glob(f"{entity}.*"):
            seen: set[tuple[str, ...]] = set()
            for row in raw_rows(path):
                key = tuple(row.get(name) or "" for name in KEYS[entity])
                if not all(key) or key in seen or not row_is_good(entity, row, delivered):
                    continue
                seen.add(key)
                updated = moment(row.get("updated_at") or "") or delivered
                if key not in best or (updated, delivered) >= best[key][0]:
                    best[key] = ((updated, delivered), row)
    return {key: row for key, (_, row) in best.items()}


def row_is_good(entity: str, row: Row, delivered: datetime) -> bool:
    rules = {**RULES[entity], "updated_at": TIME}
    return all(
        is_good(row.get(name), rule, name in REQUIRED and (entity, name) not in OPTIONAL_HERE, delivered)
        for name, rule in rules.items()
    )


class People:
    """Union-find over records that belong to one human."""

    def __init__(self) -> None:
        self.parent: dict[Any, Any] = {}

    def find(self, item: Any) -> Any:
        self.parent.setdefault(item, item)
        while self.parent[item] != item:
            item = self.parent[item]
        return item

    def join(self, one: Any, other: Any) -> None:
        self.parent[self.find(one)] = self.find(other)


def people_of(landing: Path) -> People:
    """Join candidates with what they were merged into, and records that share an address of one student.

    An address of several students says nothing of students; it still says whose employment it is, where one candidate
    alone has it.
    """
    people = People()
    for (system, candidate), row in current_rows(landing, "ats_candidates").items():
        if row.get("merged_into_candidate_id"):
            people.join((system, candidate), (system, row["merged_into_candidate_id"]))
    owners: dict[str, set[str]] = defaultdict(set)
    for student, email in current_rows(landing, "student_emails"):
        owners[email.strip().lower()].add(student)
    shared: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for system, candidate, email in current_rows(landing, "ats_candidate_emails"):
        address = email.strip().lower()
        if len(owners[address]) == 1:
            people.join((system, candidate), ("student", *owners[address]))
        elif not owners[address]:
            people.join((system, candidate), ("address", address))
        else:
            shared[address].add((system, candidate))
    for address, students in owners.items():
        holders = {people.find(candidate) for candidate in shared[address]}
        if len(students) == 1:
            people.join(("address", address), ("student", *students))
        elif len(holders) == 1:
            people.join(("address", address), *holders)
    return people


def hosts_of(landing: Path) -> dict[str, str]:
    parents = {key[0]: row.get("parent_employer_id") for key, row in current_rows(landing, "employers").items()}
    hosts = {}
    for employer in parents:
        host = employer
        while parents.get(host):
            host = str(parents[host])
        hosts[employer] = host
    return hosts


def full_time_words(landing: Path) -> dict[tuple[str, str, str], bool]:
    return {
        key: row["is_full_time"].lower() in {"true", "t", "1", "yes"}
        for key, row in current_rows(landing, "employment_type_map").items()
    }


def is_full_time(words: dict[tuple[str, str, str], bool], employer: str, system: str, word: str | None) -> bool:
    value = (word or "").strip().lower()
    for key in ((employer, system), (employer, "*"), ("*", system), ("*", "*")):
        if (*key, value) in words:
            return words[(*key, value)]
    return value in {"full-time", "full time", "full_time", "permanent", "regular"}


def count_hires(landing: Path, as_of: date) -> int:
    """Count full-time starts by as_of: employments, and accepted offers of people without one at that host."""
    people, hosts, words = people_of(landing), hosts_of(landing), full_time_words(landing)
    employed: set[tuple[Any, str]] = set()
    hires = 0
    for row in current_rows(landing, "employments").values():
        employer, system = row.get("employer_id"), row.get("system")
        if not is_full_time(words, employer or "*", system or "*", row.get("employment_type")):
            continue
        who = (
            (system, row["candidate_id"])
            if row.get("candidate_id")
            else ("address", (row.get("email") or "").strip().lower())
        )
        employed.add((people.find(who), hosts.get(employer or "", employer or "")))
        started = moment(row["start_date"])
        hires += started is not None and started.date() <= as_of
    applications = current_rows(landing, "ats_applications")
    offers: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for (system, offer, _), row in current_rows(landing, "ats_offers").items():
        offers[(system, offer)].append(row)
    for (system, _), versions in offers.items():
        last = max(versions, key=lambda row: int(row["version"]))
        application = applications.get((system, last["application_id"]))
        starts = moment(last["starts_at"] or "") if last.get("starts_at") else None
        if application is None or last["status"] != "accepted" or starts is None or starts.date() > as_of:
            continue
        employer = application["employer_id"]
        if not is_full_time(words, employer, system, last.get("employment_type")):
            continue
        rejected = moment(application.get("rejected_at") or "")
        accepted = min(
            filter(None, (moment(row.get("resolved_at") or "") for row in versions if row["status"] == "accepted"))
        )
        if rejected is not None and accepted <= rejected < starts:
            continue
        if (people.find((system, application["candidate_id"])), hosts.get(employer, employer)) not in employed:
            hires += 1
    return hires


@pytest.mark.parametrize("entity", ["projects", "applications", "engagements"])
def test_the_published_file_counts_what_was_delivered(tiny: Project, entity: str) -> None:
    with duckdb.connect(str(tiny.published), read_only=True) as connection:
        (published,) = connection.sql(f"select count(*) from marts.fct_{entity}").fetchall()[0]
    assert published == len(current_rows(tiny.data / "landing", entity)) > 100


def test_the_published_file_counts_the_hires_that_were_delivered(tiny: Project) -> None:
    with duckdb.connect(str(tiny.published), read_only=True) as connection:
        (published,) = connection.sql("select count(*) from marts.fct_hires").fetchall()[0]
        (as_of,) = connection.sql("select cast(as_of as date) from meta.build_facts").fetchall()[0]
    assert published == count_hires(tiny.data / "landing", as_of) > 10
