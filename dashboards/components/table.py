"""Tables: columns named in words, dates and numbers written as everywhere else."""

from typing import Any

import polars as pl
import streamlit as st


def table(rows: pl.DataFrame, key: str, height: int | None = None) -> None:
    """Draw a frame as a table."""
    st.dataframe(rows, hide_index=True, key=key, height=height or "auto", column_config=columns(rows))


def columns(rows: pl.DataFrame) -> dict[str, Any]:
    """Return how each column is written, by its type and by the end of its name."""
    return {name: _column(name, kind) for name, kind in rows.schema.items()}


def _column(name: str, kind: pl.DataType) -> Any:
    label = name.replace("_", " ").capitalize()
    if isinstance(kind, pl.Datetime):
        return st.column_config.DatetimeColumn(label, format="D MMM YYYY, HH:mm")
    if isinstance(kind, pl.Date):
        return st.column_config.DateColumn(label, format="D MMM YYYY")
    if kind.is_numeric():
        return st.column_config.NumberColumn(label, format="percent" if name.endswith("share") else "localized")
    return st.column_config.Column(label)
