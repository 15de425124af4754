"""Frames as files for a download."""

import io
from collections.abc import Callable

import polars as pl

MIME = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}
NAMES = {"csv": "CSV", "xlsx": "Excel", "parquet": "Parquet"}
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def as_bytes(rows: pl.DataFrame, kind: str) -> bytes:
    """Write a frame as ``csv``, ``xlsx`` or ``parquet``."""
    buffer = io.BytesIO()
    if kind == "csv":
        _without_formulas(rows).write_csv(buffer)
    elif kind == "xlsx":
        rows.write_excel(buffer, autofit=True)
    else:
        rows.write_parquet(buffer)
    return buffer.getvalue()


def lazily(rows: Callable[[], pl.DataFrame], kind: str) -> Callable[[], bytes]:
    """Return a function that fetches and writes the rows when a browser asks for the file, not before."""
    return lambda: as_bytes(rows(), kind)


def _without_formulas(rows: pl.DataFrame) -> pl.DataFrame:
    """Put a quote before text that a spreadsheet would take for a formula."""
    texts = [name for name, kind in rows.schema.items() if kind == pl.String]
    starts = [pl.col(name).str.slice(0, 1).is_in(FORMULA_STARTS) for name in texts]
    return rows.with_columns(
        pl.when(start).then("'" + pl.col(name)).otherwise(pl.col(name)).alias(name)
        for name, start in zip(texts, starts, strict=True)
    )
