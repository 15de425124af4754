"""Plants rows that break the contract, of every kind that it names, and remembers exactly what it planted.

Dirty rows come on top of the clean ones, at the end of a file, so the demonstration's quarantine is never empty.
"""

import csv
import io
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import polars as pl

from pipelines.sample.dirt_kinds import KINDS, Kind, NotApplicableError, Row, key_column, wrong_field_count
from pipelines.sample.files import OpenFile, csv_text
from pipelines.sample.landing import SNAPSHOTS, SOURCES
from pipelines.sample.plan import Plan

CLEAN = (*SNAPSHOTS, "employment_type_map", "employer_domains", "ats_jobs")
"""Entities that stay clean: small, or compared as a whole."""
ENOUGH_ROWS = 80
"""Smaller later files are spared the kinds that are loaded all the same."""


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
