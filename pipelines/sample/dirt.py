"""Plants rows that break the contract, of every kind that it names, and remembers exactly what it planted.

Dirty rows come on top of the clean ones, at the end of a file. A third of the kinds needs text (a typed file cannot
hold them); no kind makes a whole file unreadable, so the demonstration's run succeeds.
"""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

import polars as pl

from pipelines.contract import Column, Entity, Type
from pipelines.sample.landing import SNAPSHOTS, SOURCES, OpenFile, csv_text
from pipelines.sample.plan import Plan

Fate = Literal["quarantined", "unchanged", "loaded"]
Row = dict[str, Any]
CLEAN = (*SNAPSHOTS, "employment_type_map", "employer_domains", "ats_jobs")
"""Entities that stay clean: small, or compared as a whole."""
ENOUGH_ROWS = 80
"""Smaller later files are spared the kinds that are loaded all the same."""


class NotApplicableError(Exception):
    """A kind of dirt cannot be planted into this entity."""


def _first(entity: Entity, fits: Callable[[Column], bool]) -> Column:
    for column in entity.columns:
        if column.name != "updated_at" and fits(column):
            return column
    raise NotApplicableError(entity.name)


def _of_type(*types: Type) -> Callable[[Column], bool]:
    return lambda column: column.type in types and not column.key


def key_column(entity: Entity) -> Column:
    """Return the key column that gets a new value, so that a planted row stands beside the clean ones."""
    own = [column for column in entity.columns if column.key and column.type == "text" and column.name != "system"]
    free = [column for column in own if not column.references and not column.values]
    return free[0] if free else own[0]


def _replaced(column: Column, value: Any) -> tuple[str, Row]:
    return column.name, {column.name: value}


def bad_timestamp(entity: Entity, row: Row, turn: int) -> tuple[str, Row]:
    """A moment that is none."""
    return _replaced(_first(entity, _of_type("timestamp")), ("2025-02-31 25:61:00", "31/12/25", "soon")[turn % 3])


def bad_integer(entity: Entity, row: Row, turn: int) -> tuple[str, Row]:
    """A number that a lenient reader would round or expand."""
    return _replaced(_first(entity, _of_type("integer")), ("1.6", "1e2", "three")[turn % 3])


def bad_decimal(entity: Entity, row: Row, turn: int) -> tuple[str, Row]:
    """An amount with a letter, a currency or a second point."""
    return _replaced(_first(entity, _of_type("decimal")), ("12o.50", "US$ 450", "1.250.00")[turn % 3])


def year_out_of_range(entity: Entity, row: Row, turn: int) -> tuple[str, Row]:
    """A date of no use: a sentinel, or a word that databases accept."""
    texts = ("1899-12-30T00:00:00Z", "99999-01-01T00:00:00Z", "infinity", "epoch")
    return _replaced(_first(entity, _of_type("timestamp")), texts[turn % 4])


def disallowed_value(entity: Entity, row: Row, turn: int) -> tuple[str, Row]:
    """A word that the contract does not list."""
    return _replaced(_first(entity, lambda column: bool(column.values) and not column.key), "other (see notes)")


def missing_required(entity: Entity, row: Row, turn: int) -> tuple[str, Row]:
    """Nothing where something must stand."""
    return _replaced(_first(entity, lambda column: column.required and not column.key), None)


def out_of_bounds(entity: Entity, row: Row, turn: int) -> tuple[str, Row]:
    """A number beyond what the contract allows."""
    column = _first(entity, lambda each: each.type == "integer" and each.maximum is not None and not each.key)
    return _replaced(column, int(column.maximum or 0) + 4)


def in_the_future(entity: Entity, row: Row, turn: int) -> tuple[str, Row]:
    """Something that happened after it was delivered."""
    column = _first(entity, lambda each: each.type == "timestamp" and not each.planned and row[each.name] is not None)
    return _replaced(column, row["_delivered_at"] + timedelta(days=200 + turn % 100))


def orphan(entity: Entity, row: Row, turn: int) -> tuple[str, Row]:
    """A reference to something that was never delivered."""
    column = _first(entity, lambda each: each.references is not None and not each.key and each.required)
    return _replaced(column, f"MISSING{turn:05d}")


def fee_under_floor(entity: Entity, row: Row, turn: int) -> tuple[str, Row]:
    """A project that pays three dollars an hour."""
    return "fee_usd", {
        "fee_usd": Decimal(row["hours_estimated"] * 3),
        "platform_fee_usd": Decimal(0),
        "parent_project_id": None,
    }


def selected_before_applied(entity: Entity, row: Row, turn: int) -> tuple[str, Row]:
    """A selection that stands before the application."""
    if row["event_type"] != "selected":
        raise NotApplicableError(entity.name)
    return "occurred_at", {"occurred_at": row["occurred_at"] - timedelta(days=90)}


def conflicting(entity: Entity, row: Row, turn: int) -> tuple[str, Row]:
    """The same key again, with different content."""
    column = _first(
        entity, lambda each: each.type in ("timestamp", "date") and row[each.name] is not None and not each.key
    )
    return "", {column.name: row[column.name] - timedelta(days=3)}


def exact_repeat(entity: Entity, row: Row, turn: int) -> tuple[str, Row]:
    """The same row again."""
    return "", {}


def wrong_field_count(entity: Entity, row: Row, turn: int) -> tuple[str, Row]:
    """A line with a field too many or too few."""
    return "", {}


@dataclass(frozen=True)
class Kind:
    """One kind of dirt: how it is made, what becomes of it, and where it surely occurs."""

    name: str
    make: Callable[[Entity, Row, int], tuple[str, Row]]
    fate: Fate
    home: str
    needs_text: bool = False
    keeps_key: bool = False
    only_home: bool = False


KINDS = (
    Kind("bad timestamp", bad_timestamp, "quarantined", "application_events", needs_text=True),
    Kind("bad integer", bad_integer, "quarantined", "application_events", needs_text=True),
    Kind("bad decimal", bad_decimal, "quarantined", "costs", needs_text=True),
    Kind("year out of range", year_out_of_range, "quarantined", "applications", needs_text=True),
    Kind("wrong number of fields", wrong_field_count, "quarantined", "application_events", needs_text=True),
    Kind("disallowed value", disallowed_value, "quarantined", "applications"),
    Kind("missing required", missing_required, "quarantined", "applications"),
    Kind("out of bounds", out_of_bounds, "quarantined", "feedback"),
    Kind("in the future", in_the_future, "quarantined", "application_events"),
    Kind("duplicate key", conflicting, "quarantined", "applications", keeps_key=True),
    Kind("exact repeat", exact_repeat, "unchanged", "application_events", keeps_key=True),
    Kind("orphan", orphan, "loaded", "applications", only_home=True),
    Kind("fee under floor", fee_under_floor, "loaded", "projects", only_home=True),
    Kind("selected before applied", selected_before_applied, "loaded", "application_events", only_home=True),
)


@dataclass
class Batch:
    """Dirty rows of one file before they are written: typed rows and raw lines."""

    file: OpenFile
    template: pl.DataFrame
    rows: list[Row] = field(default_factory=list)
    lines: list[list[str]] = field(default_factory=list)

    @property
    def separator(self) -> str:
        return "\t" if self.file.format == "tsv" else ","

    @cached_property
    def clean_rows(self) -> list[Row]:
        return self.template.rows(named=True)

    @cached_property
    def clean_lines(self) -> list[list[str]]:
        text = csv_text(self.template, self.separator, header=False).decode()
        return list(csv.reader(io.StringIO(text), delimiter=self.separator))

    def add(self, kind: Kind, place: int, changes: Row, turn: int) -> None:
        """Make one dirty row: typed where every change fits its type, otherwise a raw line."""
        if not kind.needs_text:
            self.rows.append(self.clean_rows[place] | changes)
            return
        fields = list(self.clean_lines[place])
        for name, value in changes.items():
            fields[self.template.columns.index(name)] = str(value)
        if kind.make is wrong_field_count:
            fields = [*fields, "surplus"] if turn % 2 else fields[:-2]
        self.lines.append(fields)

    def write(self) -> None:
        """Append the rows, then the lines, to the file."""
        if self.rows:
            self.file.append(pl.DataFrame(self.rows, schema=self.template.schema))
        if self.lines:
            text = io.StringIO()
            csv.writer(text, delimiter=self.separator, lineterminator="\n").writerows(self.lines)
            self.file.append_bytes(text.getvalue().encode())
            self.file.rows += len(self.lines)


@dataclass
class Dirt:
    """Plants dirt into files as they close, kinds in turn."""

    plan: Plan
    counts: dict[tuple[str, ...], int] = field(default_factory=dict)
    turn: int = 0

    @property
    def rows(self) -> int:
        return sum(self.counts.values())

    def plant(self, file: OpenFile) -> None:
        """Append dirty rows to a file: each kind once at its home, then in proportion to the rows."""
        if not self.plan.is_dirty or file.entity.name in CLEAN or file.template is None:
            return
        batch = Batch(file, file.template)
        for kind in self._kinds(file):
            self._plant_one(batch, kind)
        batch.write()

    def _kinds(self, file: OpenFile) -> list[Kind]:
        usable = [kind for kind in KINDS if (file.format in ("csv", "tsv") or not kind.needs_text)]
        at_home = [kind for kind in usable if kind.home == file.entity.name]
        if file.delivery.index:
            at_home = [kind for kind in at_home if kind.only_home and file.rows >= ENOUGH_ROWS]
        anywhere = [kind for kind in usable if not kind.only_home]
        wanted = int(file.rows * self.plan.number("deliveries.dirty_share"))
        more = max(wanted - len(at_home), 0)
        return at_home + [anywhere[(self.turn + each) % len(anywhere)] for each in range(more)]

    def _plant_one(self, batch: Batch, kind: Kind) -> None:
        """Make one dirty row from a clean one that allows it; make none if no row does."""
        self.turn += 1
        entity, count = batch.file.entity, len(batch.clean_rows)
        delivered_at = batch.file.delivery.at.replace(tzinfo=None)
        for offset in range(count):
            place = (self.turn * 7 + offset) % count
            try:
                column, changes = kind.make(
                    entity, batch.clean_rows[place] | {"_delivered_at": delivered_at}, self.turn
                )
            except NotApplicableError:
                continue
            if not kind.keeps_key:
                changes = {key_column(entity).name: f"X{self.turn:07d}"} | changes
            batch.add(kind, place, changes, self.turn)
            self._remember(batch.file, kind, column)
            return

    def _remember(self, file: OpenFile, kind: Kind, column: str) -> None:
        key = (SOURCES[file.entity.group], file.entity.name, file.delivery.folder, file.path.name, kind.name, column)
        self.counts[key] = self.counts.get(key, 0) + 1

    def planted(self) -> list[dict[str, Any]]:
        """Return how many rows of which kind were planted into which file, and what becomes of them."""
        names = ("source", "entity", "delivery", "file", "kind", "column")
        fates = {kind.name: kind.fate for kind in KINDS}
        return [
            dict(zip(names, key, strict=True)) | {"fate": fates[key[4]], "count": count}
            for key, count in sorted(self.counts.items())
        ]

    def by_kind(self) -> dict[str, int]:
        """Return how many rows of each kind were planted."""
        return {kind.name: sum(count for key, count in self.counts.items() if key[4] == kind.name) for kind in KINDS}
