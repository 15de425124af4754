"""One file of a delivery in its format: contract columns and types, ISO moments, NULL as an empty field."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq
import xlsxwriter

from pipelines.contract import Column, Entity
from pipelines.sample.clock import NEVER, NEVER_DAY, Delivery

FORMATS = {
    "employments": "parquet",
    "ats_applications": "parquet",
    "ats_candidates": "ndjson",
    "employment_type_map": "xlsx",
    "feedback_competencies": "tsv",
}
"""How each entity is delivered; all others are CSV."""
MOMENT_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
TEMPLATE_ROWS = 400


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
