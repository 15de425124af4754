"""Frames as files for a download."""

import io
import re
from collections.abc import Callable

import polars as pl
from xlsxwriter import Workbook

MIME = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}
NAMES = {"csv": "CSV", "xlsx": "Excel", "parquet": "Parquet"}
FORMULA = r"(^|[;\t\r\n])([ \u00A0]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])"
"""What a spreadsheet may take for the start of a formula, also in the middle: some split at other signs than ours."""

AS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
"""A link in a cell of Excel would lead wherever an employer's name says."""


def as_bytes(rows: pl.DataFrame, kind: str) -> bytes:
    """Write a frame as ``csv``, ``xlsx`` or ``parquet``."""
    buffer = io.BytesIO()
    if kind == "csv":
        _without_formulas(rows).write_csv(buffer)
    elif kind == "xlsx":
        with Workbook(buffer, AS_TEXT) as book:
            rows.write_excel(book, autofit=True)
    else:
        rows.write_parquet(buffer)
    return buffer.getvalue()


def lazily(rows: Callable[[], pl.DataFrame], kind: str) -> Callable[[], bytes]:
    """Return a function that fetches and writes the rows when a browser asks for the file, not before."""
    return lambda: as_bytes(rows(), kind)


def _without_formulas(rows: pl.DataFrame) -> pl.DataFrame:
    """Put a quote before text that a spreadsheet would take for a formula, in the names of columns too."""
    kinds = (pl.String, pl.Categorical, pl.Enum)
    texts = pl.col([name for name, kind in rows.schema.items() if isinstance(kind, kinds)]).cast(pl.String)
    quoted = rows.with_columns(texts.str.replace_all(FORMULA, "$1'$2").name.keep())
    return quoted.rename({name: re.sub(FORMULA, r"\1'\2", name) for name in rows.columns})
