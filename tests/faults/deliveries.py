"""Small histories of deliveries, their files, and a reference model of what they say at any moment.

The model knows nothing of the pipeline but its contract: rows that conform are versions of their key, the greatest by
(updated_at, delivered_at, SHA-256) is current, and a whole delivery tells what changed against the one before it.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

Mode = Literal["changes", "events", "snapshot", "correction"]
Flaw = Literal["", "value", "keyless", "torn", "ahead"]
Status = Literal["loaded", "repeated", "refused"]

FIRST = datetime(2026, 2, 1)
LAYOUTS = {
    "employer_domains": ("employer_id", "domain", "verified_at"),
    "application_events": ("application_id", "event_id", "occurred_at"),
    "ats_candidates": ("employer_id", "candidate_id", "merged_into_candidate_id", "created_at"),
}
"""The columns that a file of an entity has: an owner, the key that varies, the value, and a date that may be wrong."""


@dataclass(frozen=True)
class Row:
    """A row of a file: which key, which value, the day on which it says it was updated, and what is wrong with it."""

    key: int
    value: int
    updated: int | None = None
    flaw: Flaw = ""

    def cells(self, entity: str, day: int) -> list[str]:
        """Return the row's cells in a file of that entity, delivered on a day."""
        updated = "" if self.updated is None else f"{FIRST + timedelta(days=min(self.updated, day)):%Y-%m-%d}"
        key, value, date = f"K{self.key}", f"2025-01-{self.value + 1:02}", ""
        if entity == "ats_candidates":
            value, date = f"K{self.value}" if self.value else "", "2025-01-01"
        if self.flaw == "value":
            value, date = ("never", date) if entity != "ats_candidates" else (value, "never")
        if self.flaw == "keyless":
            key = ""
        if self.flaw == "ahead":
            updated = "2027-01-01"
        cells = ["E1", key, value, *([date] if entity == "ats_candidates" else []), updated]
        return [*cells, "one", "more"] if self.flaw == "torn" else cells


@dataclass(frozen=True)
class Delivery:
    """A file: how it is to be understood, whose it is, when it was delivered, and under which name."""

    mode: Mode
    source: str
    entity: str
    day: int
    name: str
    rows: tuple[Row, ...]

    @property
    def delivered_at(self) -> datetime:
        return FIRST + timedelta(days=self.day)

    @property
    def text(self) -> str:
        """The file's bytes."""
        lines = [[*LAYOUTS[self.entity], "updated_at"], *(row.cells(self.entity, self.day) for row in self.rows)]
        return "".join(",".join(line) + "\n" for line in lines)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def is_whole(self) -> bool:
        return self.mode in ("snapshot", "correction")

    @property
    def scope(self) -> tuple[str, str, str]:
        """Source, entity and, for a correction, the name of the file that it replaces."""
        return self.source, self.entity, self.name if self.mode == "correction" else ""

    @property
    def identity(self) -> tuple[object, ...]:
        """What makes two files the same delivery."""
        return self.source, self.entity, self.day, self.sha256

    def land(self, folder: Path) -> Path:
        """Write the file into a folder, with the mapping that says how to read it; return the mapping's path."""
        folder.mkdir(parents=True)
        (folder / self.name).write_text(self.text)
        how = 'correction = "by_name"' if self.mode == "correction" else f'delivery = "{self.mode}"'
        constants = {"application_events": 'event_type = "applied"', "ats_candidates": 'system = "ats"'}
        fields = "\n".join(f'{name} = "{name}"' for name in (*LAYOUTS[self.entity], "updated_at"))
        mapping = folder / "one.mapping.toml"
        mapping.write_text(f"""
source = "{self.source}"
delivered_at = {self.delivered_at.isoformat()}Z
[[files]]
path = "{self.name}"
{how}
[files.entities.{self.entity}.fields]
{fields}
[files.entities.{self.entity}.constants]
{constants.get(self.entity, "")}
""")
        return mapping


@dataclass(frozen=True)
class Reading:
    """What a file's rows amount to: contents by key, keys whose row is unread, and how many records went where."""

    contents: dict[str, tuple[str, ...]]
    updated: dict[str, datetime]
    unread: frozenset[str]
    is_partial: bool
    quarantined: int


def reading(delivery: Delivery) -> Reading:
    """Read a file as the contract says: the first conforming row of a key stands, repeats are unchanged."""
    contents: dict[str, tuple[str, ...]] = {}
    updated: dict[str, datetime] = {}
    unread, keyless, quarantined = set(), 0, 0
    for row in delivery.rows:
        key, content = f"K{row.key}", tuple(row.cells(delivery.entity, delivery.day))
        if row.flaw:
            quarantined += 1
            keyless += row.flaw in ("keyless", "torn")
            unread |= {key} if row.flaw in ("value", "ahead") else set()
        elif key in contents:
            quarantined += contents[key] != content
        else:
            contents[key] = content
            day = delivery.day if row.updated is None else min(row.updated, delivery.day)
            updated[key] = FIRST + timedelta(days=day)
    return Reading(contents, updated, frozenset(unread - set(contents)), keyless > 0, quarantined)


def judged(batches: Iterable[Iterable[Delivery]]) -> list[tuple[Delivery, Status]]:
    """Return what becomes of each file where runs find them batch by batch, in the order in which they are read."""
    found: list[tuple[Delivery, Status]] = []
    for batch in batches:
        for each in sorted(batch, key=lambda file: (file.day, file.name)):
            standing = [other for other, status in found if status != "refused"]
            if each.is_whole and is_rivalled(each, found):
                found.append((each, "refused"))
            else:
                is_twin = any(other.identity == each.identity for other in standing)
                found.append((each, "repeated" if is_twin else "loaded"))
    return found


def is_rivalled(whole: Delivery, found: Iterable[tuple[Delivery, Status]]) -> bool:
    """Say whether another whole stands of the same scope and moment, or the same bytes were loaded as parts."""
    return any(
        (other.scope, other.day) == (whole.scope, whole.day) and other.sha256 != whole.sha256
        if other.is_whole
        else other.identity == whole.identity and status == "loaded"
        for other, status in found
        if status != "refused"
    )


Version = tuple[datetime, datetime, str, tuple[str, ...] | None]
"""When it is of, when it was delivered, the file, and what it says; None where the key is gone."""


def versions(standing_files: Sequence[Delivery]) -> dict[tuple[str, str], list[Version]]:
    """Return (entity, key) -> its versions, of deliveries in any order; repeated ones change nothing.

    A correction whose bytes came under another name replaces the file of its own name all the same.
    """
    found: dict[tuple[str, str], list[Version]] = {}
    standing: dict[tuple[str, str, str], dict[str, tuple[str, ...]]] = {}
    for each in sorted(standing_files, key=lambda file: file.day):
        read, moment = reading(each), each.delivered_at
        if not each.is_whole:
            for key, content in read.contents.items():
                version = (read.updated[key], moment, each.sha256, content)
                found.setdefault((each.entity, key), []).append(version)
            continue
        before = {**standing.get(each.scope, {}), **changed_since(each, standing_files)}
        now = dict(read.contents)
        for key, content in read.contents.items():
            if before.get(key) != content:
                found.setdefault((each.entity, key), []).append((moment, moment, each.sha256, content))
        for key in before.keys() - now.keys():
            if key in read.unread or read.is_partial:
                now[key] = before[key]
            else:
                found.setdefault((each.entity, key), []).append((moment, moment, each.sha256, None))
        standing[each.scope] = now
    return found


def changed_since(snapshot: Delivery, files: Sequence[Delivery]) -> dict[str, tuple[str, ...]]:
    """Return the keys that changes of the same source told since the snapshot before, each as nothing that it holds."""
    if snapshot.mode != "snapshot":
        return {}
    same = [each for each in files if (each.source, each.entity) == (snapshot.source, snapshot.entity)]
    days = [each.day for each in same if each.mode == "snapshot" and each.day < snapshot.day]
    changes = [each for each in same if not each.is_whole and max(days, default=-1) <= each.day <= snapshot.day]
    return {key: ("changed",) for each in changes for key in reading(each).contents}


def current(standing_files: Sequence[Delivery], as_of: datetime) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return (entity, key) -> what its current version says, of what was known at a moment."""
    known = {
        key: max(known, key=lambda version: version[:3])
        for key, all_versions in versions(standing_files).items()
        if (known := [version for version in all_versions if version[1] <= as_of])
    }
    return {key: version[3] for key, version in known.items() if version[3] is not None}
