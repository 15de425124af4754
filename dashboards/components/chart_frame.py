"""The chart frame: a title that says the finding, the figure, and behind "Data" its summary, table and downloads."""

from html import escape

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from dashboards.components.drill import downloads
from dashboards.components.table import table
from dashboards.findings import Finding

CONFIG = {"displaylogo": False, "modeBarButtons": [["toImage"]], "scrollZoom": False, "responsive": True}


def chart_frame(name: str, finding: Finding, note: str, drawn: go.Figure, rows: pl.DataFrame) -> None:
    """Draw a figure under its finding; ``note`` says what is counted, ``rows`` hold the figures that are drawn."""
    with st.container(key=f"chart-{name}"):
        st.html(f'<h3 class="tl-chart-title">{escape(finding.title)}</h3><p class="tl-chart-note">{escape(note)}</p>')
        st.plotly_chart(drawn, theme=None, key=f"plot-{name}", alt=f"{finding.title}. {finding.summary}", config=CONFIG)
        data(name, finding, rows)


def table_frame(name: str, finding: Finding, note: str, rows: pl.DataFrame, height: int | None = None) -> None:
    """Draw a table under its finding, with downloads."""
    with st.container(key=f"chart-{name}"):
        _title(finding, note)
        table(rows, f"table-{name}", height)
        data(name, finding, rows, with_table=False)


def _title(finding: Finding, note: str) -> None:
    st.html(f'<h3 class="tl-chart-title">{escape(finding.title)}</h3><p class="tl-chart-note">{escape(note)}</p>')


def data(name: str, finding: Finding, rows: pl.DataFrame, *, with_table: bool = True) -> None:
    """Offer the summary, the table and the downloads of a chart."""
    opened = st.popover("Data", type="tertiary", key=f"data-{name}", on_change="rerun")
    if opened.open:
        with opened:
            st.html(f'<p class="tl-summary">{escape(finding.summary)}</p>')
            if with_table:
                table(rows, f"table-{name}")
            downloads(lambda: rows, name)
