"""The rows behind a number: a dialog with every filter carried, paged, and downloads that are made when asked for."""

from collections.abc import Callable, Sequence
from html import escape
from math import ceil

import polars as pl
import streamlit as st

from dashboards.audit import AuditError
from dashboards.components import states, witness
from dashboards.components.table import table
from dashboards.components.viewer import guarded
from dashboards.database import Generation
from dashboards.exports import MIME, NAMES
from dashboards.formats import count_text
from dashboards.readings import Reading
from dashboards.rows import COUNTED, Rows
from dashboards.scope import Filters

PAGE_SIZE = 200


def open_rows(reading: Reading) -> None:
    """Open the rows behind a reading."""
    if reading.rows is not None:
        title = f"Rows behind {reading.label}"
        st.dialog(title, width="large")(guarded(_rows))(reading.name, reading.rows, reading.filters)


def open_marks(name: str, behind: Sequence[tuple[str, Rows]], filters: Filters) -> None:
    """Open the rows behind the marks of a chart, one mark at a time."""
    st.dialog("Rows behind the chart", width="large")(guarded(_marks))(name, dict(behind), filters)


def _marks(name: str, behind: dict[str, Rows], filters: Filters) -> None:
    mark = st.selectbox("Of the chart", list(behind), key=f"mark-{name}")
    _rows(f"{name}_{list(behind).index(mark)}", behind[mark], filters)


def _rows(name: str, rows: Rows, filters: Filters) -> None:
    total, counted = rows.counts()
    words = f"{counted:,} of {count_text(total, 'row')} counted" if rows.is_rate else count_text(total, "row")
    # Values of filters are data: written as text, never as Markdown, in which they could be a picture or a link.
    st.html(f'<p class="tl-facts-line">{escape(f"{words} · {filters.in_words()}")}</p>')
    pages = max(ceil(total / PAGE_SIZE), 1)
    number = st.pagination(pages, key=f"rows-page-{name}") if pages > 1 else 1
    shown = rows.page(number, PAGE_SIZE)
    try:
        witness.opened(name, shown.height, number)
    except AuditError as error:  # A dialog runs without the app around it, which would say the same.
        states.error(states.UNRECORDED, str(error))
        return
    table(
        shown if rows.is_rate else shown.drop(COUNTED), f"rows-table-{name}", height=420, alt="Rows behind the number"
    )
    downloads(rows.all, f"{name}_rows")


def downloads(
    rows: Callable[[], pl.DataFrame], name: str, subject: str = "", generation: Generation | None = None
) -> None:
    """Offer rows as CSV, Excel and Parquet; the file is made, and recorded as ``subject`` or name, on the click.

    ``generation`` is what the rows are of, where that is not the page's.
    """
    with st.container(horizontal=True, gap="small", key=f"downloads-{name}"):
        for kind, mime in MIME.items():
            st.download_button(
                NAMES[kind],
                data=witness.taken(rows, kind, subject or name, generation),
                file_name=f"{name}.{kind}",
                mime=mime,
                key=f"download-{name}-{kind}",
                on_click="ignore",
            )
