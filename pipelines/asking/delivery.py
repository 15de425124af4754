"""Answers on standard output or in a file, which is either there as a whole or not touched."""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.errors import ThroughlineError

if TYPE_CHECKING:
    import polars as pl

FORMATS = ("table", "csv", "json", "parquet")
ENDINGS = {".txt": "table", ".csv": "csv", ".json": "json", ".parquet": "parquet"}


def chosen_format(format: str | None, output: Path | None) -> str:
    """Return the format asked for, else the one that the file's ending says, else ``table``; raise for another."""
    if format is None:
        return _format_of(output) if output else "table"
    if format not in FORMATS:
        from dashboards.names import nearest

        near = nearest(format, FORMATS)
        raise ThroughlineError(f"Expected --format table, csv, json or parquet; found {format!r} ({near}).")
    return format


def _format_of(output: Path) -> str:
    ending = output.suffix.lower()
    if ending not in ENDINGS:
        known = ", ".join(ENDINGS)
        raise ThroughlineError(f"Expected --output with an ending of {known}, or also --format; found {output.name!r}.")
    return ENDINGS[ending]


def deliver(frame: "pl.DataFrame", format: str, output: Path | None, units: Mapping[str, str]) -> None:
    """Write the frame, in full, to standard output or to a file; ``units`` say how a table shows its numbers."""
    from pipelines.output import formatted, table

    if output is None and format == "parquet":
        frame.write_parquet(sys.stdout.buffer)
        return
    text = "" if format == "parquet" else table(frame, units) if format == "table" else formatted(frame, format)
    if output is None:
        sys.stdout.write(f"{text}\n")
        return
    try:
        if output.exists() and not output.is_file():
            _write(frame, format, text, output)  # A device or a pipe is written to, not replaced.
        else:
            _replace(frame, format, text, output.resolve())
    except OSError as error:
        raise ThroughlineError(f"Expected a file that can be written; found {output}: {error.strerror}.") from error


def _replace(frame: "pl.DataFrame", format: str, text: str, target: Path) -> None:
    """Write a draft beside the target and put it in its place; whatever fails, what was there stays."""
    draft = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        _write(frame, format, text, draft)
        if target.exists():
            shutil.copymode(target, draft)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _write(frame: "pl.DataFrame", format: str, text: str, path: Path) -> None:
    if format == "parquet":
        frame.write_parquet(path)
    else:
        path.write_text(f"{text}\n", encoding="utf-8")
