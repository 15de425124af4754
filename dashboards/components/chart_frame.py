"""The chart frame: a title that says the finding, the figure, its data with downloads and pictures, its rows."""

from collections.abc import Sequence
from html import escape

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from dashboards.charts.style import plain
from dashboards.components import page, witness
from dashboards.components.drill import downloads, open_marks
from dashboards.components.pictures import pictures
from dashboards.components.table import table
from dashboards.findings import Finding
from dashboards.rows import Rows

CONFIG = {"displaylogo": False, "modeBarButtons": [["toImage"]], "scrollZoom": False, "responsive": True}


def chart_frame(
    name: str,
    finding: Finding,
    note: str,
    drawn: go.Figure,
    rows: pl.DataFrame,
    behind: Sequence[tuple[str, Rows | None]] = (),
) -> None:
    """Draw a figure under its finding.

    ``note`` says what is counted, ``rows`` hold the figures that are drawn, ``behind`` the rows of each mark; marks
    whose rows may not be opened are left out.
    """
    with st.container(key=f"chart-{name}"):
        _title(finding, note)
        st.plotly_chart(
            plain(drawn), theme=None, key=f"plot-{name}", alt=f"{finding.title}. {finding.summary}", config=CONFIG
        )
        _foot(name, finding, rows, behind, is_figure=True)


def table_frame(
    name: str,
    finding: Finding,
    note: str,
    rows: pl.DataFrame,
    height: int | None = None,
    behind: Sequence[tuple[str, Rows | None]] = (),
) -> None:
    """Draw a table under its finding, with downloads."""
    with st.container(key=f"chart-{name}"):
        _title(finding, note)
        table(rows, f"table-{name}", height, alt=finding.title)
        _foot(name, finding, rows, behind, is_figure=False)


def _title(finding: Finding, note: str) -> None:
    st.html(f'<h3 class="tl-chart-title">{escape(finding.title)}</h3><p class="tl-chart-note">{escape(note)}</p>')


def _foot(
    name: str, finding: Finding, rows: pl.DataFrame, behind: Sequence[tuple[str, Rows | None]], *, is_figure: bool
) -> None:
    marks = [(label, each) for label, each in behind if each is not None]
    with st.container(horizontal=True, gap="medium", key=f"chartfoot-{name}"):
        opened = st.popover("Data", type="tertiary", key=f"data-{name}", on_change="rerun")
        if marks and st.button("Rows", type="tertiary", key=f"marks-{name}"):
            open_marks(name, marks, page.scope().filters)
    if opened.open:
        witness.unfolded(name, rows.height)
        with opened:
            _data(name, finding, rows, is_figure=is_figure)


def _data(name: str, finding: Finding, rows: pl.DataFrame, *, is_figure: bool) -> None:
    """Offer the summary, the table, the downloads and, of a figure, the pictures."""
    st.html(f'<p class="tl-summary">{escape(finding.summary)}</p>')
    if is_figure:
        table(rows, f"table-{name}", alt=finding.title)
    downloads(lambda: rows, name)
    if is_figure:
        pictures(name, finding.title)
