"""Frames on standard output or in a file: an aligned table for people; CSV, JSON or Parquet for programs."""

import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.errors import ThroughlineError, did_you_mean

MISSING = "-"
FORMATS = ("table", "csv", "json", "parquet")
ENDINGS = {".csv": "csv", ".json": "json", ".parquet": "parquet"}
PERIODS: dict[str, Callable[[date], str]] = {
    "month": lambda first: f"{first:%Y-%m}",
    "quarter": lambda first: f"{first.year}-Q{(first.month + 2) // 3}",
    "year": lambda first: f"{first.year}",
}
"""Period -> how a table writes it; a day, and a week by its Monday, are dates."""


def formatted(frame: pl.DataFrame, format: str) -> str:
    """Return the frame as an aligned table, CSV or JSON lines of one array; raise for another format."""
    if format == "csv":
        return frame.write_csv().rstrip("\n")
    if format == "json":
        return frame.write_json()
    if format != "table":
        raise ThroughlineError(f"expected format table, csv or json; found {format!r}.")
    with pl.Config(
        tbl_rows=-1,
        tbl_cols=-1,
        tbl_hide_column_data_types=True,
        tbl_hide_dataframe_shape=True,
        fmt_str_lengths=200,
        tbl_width_chars=240,
        tbl_formatting="ASCII_MARKDOWN",
    ):
        return str(frame)


def chosen_format(format: str | None, output: Path | None) -> str:
    """Return the format asked for, else the one that the file's ending says, else ``table``; raise for another."""
    if format is None:
        return ENDINGS.get(output.suffix.lower(), "table") if output else "table"
    if format not in FORMATS:
        near = did_you_mean(format, list(FORMATS))
        raise ThroughlineError(f"Expected --format table, csv, json or parquet; found {format!r} ({near}).")
    return format


def deliver(frame: pl.DataFrame, format: str, output: Path | None, units: Mapping[str, str]) -> None:
    """Write the frame, in full, to standard output or to a file; ``units`` say how a table shows its numbers."""
    if output is None and format == "parquet":
        frame.write_parquet(sys.stdout.buffer)
        return
    text = "" if format == "parquet" else table(frame, units) if format == "table" else formatted(frame, format)
    if output is None:
        sys.stdout.write(f"{text}\n")
        return
    try:
        if format == "parquet":
            frame.write_parquet(output)
        else:
            output.write_text(f"{text}\n")
    except OSError as error:
        raise ThroughlineError(f"Expected a file that can be written; found {output}: {error.strerror}.") from error


def table(frame: pl.DataFrame, units: Mapping[str, str]) -> str:
    """Return the frame as columns of text: words to the left, numbers to the right in their unit, nothing cut."""
    shown = [[shown_value(name, units.get(name), value) for value in frame[name]] for name in frame.columns]
    widths = [max(map(len, [name, *cells])) for name, cells in zip(frame.columns, shown, strict=True)]
    is_number = [kind.is_numeric() for kind in frame.dtypes]
    lines = [frame.columns, ["-" * width for width in widths], *zip(*shown, strict=True)]
    return "\n".join(aligned(line, widths, is_number) for line in lines)


def aligned(cells: Sequence[str], widths: Sequence[int], is_number: Sequence[bool]) -> str:
    """Return one line of a table."""
    placed = (
        cell.rjust(width) if right else cell.ljust(width)
        for cell, width, right in zip(cells, widths, is_number, strict=True)
    )
    return "  ".join(placed).rstrip()


def shown_value(column: str, unit: str | None, value: Any) -> str:
    """Return a value as a table shows it: a share as per cent, a period by its name, nothing as a dash."""
    if value is None:
        return MISSING
    if isinstance(value, float):
        return f"{value * 100:,.1f} %" if unit == "share" else f"{value:,.2f}"
    if isinstance(value, date):
        return PERIODS.get(column.rpartition("__")[2], date.isoformat)(value)
    return f"{value:,}" if unit is not None else str(value)
