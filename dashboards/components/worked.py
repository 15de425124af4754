"""Worked queries on a page: the question, what to watch for, the statement, and the way to the editor."""

from collections.abc import Mapping
from html import escape

import polars as pl
import streamlit as st

from dashboards.components import states

SQL_PAGE = "views/sql.py"
DICTIONARY_PAGE = "views/dictionary.py"


def worked_query_list(queries: pl.DataFrame) -> None:
    """Draw worked queries (name, question, description, metrics, sql), each to unfold."""
    if queries.is_empty():
        states.empty("No worked query fits", "Fewer or other words may find one.")
    for row in queries.iter_rows(named=True):
        unfolded = st.expander(row["question"], key=f"worked-{row['name']}", on_change="rerun")
        if unfolded.open:
            with unfolded:
                _worked_query(row)


def _worked_query(row: Mapping[str, str | None]) -> None:
    name = row["name"] or ""
    st.html(f'<p class="tl-summary">{escape(row["description"] or "")}</p>')
    st.html(f'<pre class="tl-code" tabindex="0">{escape(row["sql"] or "")}</pre>')
    with st.container(horizontal=True, gap="medium", key=f"worked-links-{name}"):
        st.page_link(SQL_PAGE, label="Open in SQL", icon=":material/terminal:", query_params={"worked": name})
        for metric in row["metrics"].split(", ") if row["metrics"] else ():
            st.page_link(DICTIONARY_PAGE, label=metric, query_params={"metric": metric})
