"""Writes dated delivery folders: one file per entity, appended to block by block, closed when its time has passed."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq
import xlsxwriter

from pipelines.contract import ENTITIES, Column, Entity
from pipelines.sample.clock import NEVER, NEVER_DAY, Delivery
from pipelines.sample.history import History, versions
from pipelines.sample.plan import Plan

FORMATS = {
    "employments": "parquet",
    "ats_applications": "parquet",
    "ats_candidates": "ndjson",
    "employment_type_map": "xlsx",
    "feedback_competencies": "tsv",
}
"""How each entity is delivered; all others are CSV."""
SNAPSHOTS = ("employers", "outcome_feeds")
SOURCES = {"platform": "platform", "outcomes": "outcomes"}
MOMENT_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
TEMPLATE_ROWS = 400
ROWS_AT_ONCE = 400_000
"""Rows that wait in memory before they are written."""


def file_name(entity: str) -> str:
    """Return the name of an entity's file in each delivery."""
    return f"{entity}.{FORMATS.get(entity, 'csv')}"


def _typed(column: Column, frame: pl.DataFrame) -> pl.Expr:
    """Return a column in the contract's type; moments are seconds and dates days until here."""
    if column.name not in frame.columns:
        return pl.lit(None, dtype=POLARS_TYPES[column.type]).alias(column.name)
    value, held = pl.col(column.name), frame.schema[column.name]
    if column.type == "timestamp" and held.is_integer():
        return pl.when(value < NEVER).then(value * 1_000_000).cast(pl.Datetime("us")).alias(column.name)
    if column.type == "date" and held.is_integer():
        return pl.when(value < NEVER_DAY).then(value).cast(pl.Int32).cast(pl.Date).alias(column.name)
    if column.type == "decimal":
        return value.cast(pl.Float64).round(2).cast(pl.Decimal(12, 2)).alias(column.name)
    return value.cast(POLARS_TYPES[column.type]).alias(column.name)


POLARS_TYPES: dict[str, Any] = {
    "text": pl.String,
    "integer": pl.Int64,
    "decimal": pl.Decimal(12, 2),
    "date": pl.Date,
    "timestamp": pl.Datetime("us"),
    "boolean": pl.Boolean,
}


def conform(entity: Entity, frame: pl.DataFrame) -> pl.DataFrame:
    """Return exactly the contract's columns in its order and types."""
    return frame.select(_typed(column, frame) for column in entity.columns)


def csv_text(frame: pl.DataFrame, separator: str, header: bool) -> bytes:
    """Return rows as CSV text with ISO timestamps and NULL as an empty field."""
    text = frame.write_csv(include_header=header, separator=separator, datetime_format=MOMENT_FORMAT)
    return text.encode()


def ndjson_text(frame: pl.DataFrame) -> bytes:
    """Return rows as one JSON object per line."""
    moments = [name for name, kind in frame.schema.items() if kind == pl.Datetime("us")]
    ready = frame.with_columns(pl.col(moments).dt.strftime(MOMENT_FORMAT))
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ready.iter_rows(named=True)).encode()


@dataclass
class OpenFile:
    """One file of a delivery while it grows; ``template`` keeps its first rows for planting dirt."""

    delivery: Delivery
    entity: Entity
    path: Path
    rows: int = 0
    template: pl.DataFrame | None = None
    parquet: Any = None
    collected: list[pl.DataFrame] = field(default_factory=list)

    @property
    def format(self) -> str:
        return FORMATS.get(self.entity.name, "csv")

    def append(self, frame: pl.DataFrame) -> None:
        """Add contract rows to the file."""
        self._keep(frame)
        if self.format == "parquet":
            table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
            self.parquet = self.parquet or pq.ParquetWriter(self.path, table.schema, compression="zstd")
            self.parquet.write_table(table)
        elif self.format == "xlsx":
            self.collected.append(frame)
        elif self.format == "ndjson":
            self.append_bytes(ndjson_text(frame))
        else:
            separator = "\t" if self.format == "tsv" else ","
            self.append_bytes(csv_text(frame, separator, header=self.rows == 0))
        self.rows += frame.height

    def _keep(self, frame: pl.DataFrame) -> None:
        """Keep the first rows, however large the pieces are in which they come."""
        if self.template is None:
            self.template = frame.head(TEMPLATE_ROWS)
        elif self.template.height < TEMPLATE_ROWS:
            self.template = pl.concat([self.template, frame.head(TEMPLATE_ROWS - self.template.height)])

    def append_bytes(self, text: bytes) -> None:
        """Add raw text to the file."""
        with self.path.open("ab") as handle:
            handle.write(text)

    def close(self) -> None:
        """Finish the file."""
        if self.parquet is not None:
            self.parquet.close()
        if self.collected:
            write_workbook(self.path, self.entity.name, pl.concat(self.collected))


def write_workbook(path: Path, title: str, frame: pl.DataFrame) -> None:
    """Write rows as an Excel workbook whose bytes do not depend on the day."""
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": datetime(2026, 1, 1)})
        sheet = book.add_worksheet(title[:31])
        sheet.write_row(0, 0, frame.columns)
        for number, row in enumerate(frame.iter_rows(), start=1):
            for place, value in enumerate(row):
                text = value.strftime(MOMENT_FORMAT) if isinstance(value, datetime) else value
                sheet.write(number, place, text)


Planter = Callable[[OpenFile], None]


@dataclass
class Landing:
    """The landing folder being written; deliveries before ``first_open`` are closed."""

    plan: Plan
    folder: Path
    plant: Planter
    first_open: int = 0
    files: dict[tuple[int, str], OpenFile] = field(default_factory=dict)
    waiting: dict[tuple[int, str], list[pl.DataFrame]] = field(default_factory=dict)
    rows_waiting: int = 0
    census: dict[str, int] = field(default_factory=dict)
    rows_written: int = 0
    files_written: int = 0

    def add(self, entity: str, frame: pl.DataFrame, history: History) -> None:
        """Hand final rows to every delivery that learns something about them."""
        for delivery, rows, new in versions(frame, history, self.plan.delivery_moments, self.first_open):
            self.append(entity, delivery, rows)
            self.census[entity] = self.census.get(entity, 0) + new

    def append(self, entity: str, delivery: int, frame: pl.DataFrame) -> None:
        """Add rows as they stand to one delivery."""
        if frame.is_empty():
            return
        self.waiting.setdefault((delivery, entity), []).append(frame)
        self.rows_waiting += frame.height
        self.rows_written += frame.height
        if self.rows_waiting > ROWS_AT_ONCE:
            self.flush(sorted(self.waiting))

    def flush(self, keys: list[tuple[int, str]]) -> None:
        """Write the waiting rows of these deliveries and entities."""
        for key in keys:
            frames = self.waiting.pop(key)
            rows = pl.concat(frames, how="diagonal_relaxed") if len(frames) > 1 else frames[0]
            entity = ENTITIES[key[1]]
            self._file(entity, key[0]).append(conform(entity, rows))
            self.rows_waiting -= rows.height

    def _file(self, entity: Entity, delivery: int) -> OpenFile:
        key = (delivery, entity.name)
        if key not in self.files:
            each = self.plan.deliveries[delivery]
            folder = self.folder / SOURCES[entity.group] / each.folder
            folder.mkdir(parents=True, exist_ok=True)
            self.files[key] = OpenFile(each, entity, folder / file_name(entity.name))
        return self.files[key]

    def close_until(self, moment: int) -> None:
        """Finish every delivery whose moment has passed: nothing later can belong to it."""
        while self.first_open < len(self.plan.deliveries) and self.plan.deliveries[self.first_open].moment <= moment:
            self.flush(sorted(key for key in self.waiting if key[0] == self.first_open))
            for key in sorted(key for key in self.files if key[0] == self.first_open):
                each = self.files.pop(key)
                self.plant(each)
                each.close()
                self.files_written += 1
            self._write_manifests(self.plan.deliveries[self.first_open])
            self.first_open += 1

    def _write_manifests(self, delivery: Delivery) -> None:
        for source in SOURCES.values():
            folder = self.folder / source / delivery.folder
            if folder.exists():
                (folder / "delivery.toml").write_text(manifest(source, delivery), encoding="utf-8")


def manifest(source: str, delivery: Delivery) -> str:
    """Return the text of a delivery's manifest."""
    lines = [
        f'source = "{source}"',
        f"delivered_at = {delivery.at:{MOMENT_FORMAT}}",
        'delivery = "changes"',
        "synthetic = true",
    ]
    for entity in SNAPSHOTS:
        if SOURCES[ENTITIES[entity].group] == source:
            lines += ["", f"[entities.{entity}]", 'delivery = "snapshot"']
    return "\n".join(lines) + "\n"
