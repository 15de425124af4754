"""Frames as text: an aligned table for people, CSV or JSON for programs."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from pipelines.errors import ThroughlineError

MISSING = "-"
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
