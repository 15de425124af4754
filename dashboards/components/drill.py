"""The rows behind a number: a dialog with every filter carried, and downloads that are made when asked for."""

from collections.abc import Callable

import polars as pl
import streamlit as st

from dashboards.components.table import table
from dashboards.exports import MIME, NAMES, lazily
from dashboards.formats import count_text
from dashboards.readings import Reading
from dashboards.rows import COUNTED

SHOWN = 1000


def open_rows(reading: Reading) -> None:
    """Open the rows behind a reading."""
    st.dialog(f"Rows behind {reading.label}", width="large")(_rows)(reading)


def _rows(reading: Reading) -> None:
    if reading.rows is None:
        return
    total, counted = reading.rows.counts()
    words = f"{counted:,} of {count_text(total, 'row')} counted" if reading.rows.is_rate else count_text(counted, "row")
    st.caption(f"{words} · {reading.filters.in_words()}")
    shown = reading.rows.first(SHOWN)
    if not reading.rows.is_rate:
        shown = shown.drop(COUNTED)
    table(shown, f"rows-table-{reading.name}", height=420)
    if total > SHOWN:
        st.caption(f"The first {SHOWN:,} rows are shown; a download holds all of them.")
    downloads(reading.rows.all, f"{reading.name}_rows")


def downloads(rows: Callable[[], pl.DataFrame], name: str) -> None:
    """Offer rows as CSV, Excel and Parquet; the file is made on the click."""
    with st.container(horizontal=True, gap="small", key=f"downloads-{name}"):
        for kind, mime in MIME.items():
            st.download_button(
                NAMES[kind],
                data=lazily(rows, kind),
                file_name=f"{name}.{kind}",
                mime=mime,
                key=f"download-{name}-{kind}",
                on_click="ignore",
            )
