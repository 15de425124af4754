"""Worked queries on a page: the question, what to watch for, the statement, and the way to the editor."""

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
        with st.expander(row["question"], key=f"worked-{row['name']}"):
            st.html(f'<p class="tl-summary">{escape(row["description"])}</p>')
            st.html(f'<pre class="tl-code" tabindex="0">{escape(row["sql"])}</pre>')
            with st.container(horizontal=True, gap="medium", key=f"worked-links-{row['name']}"):
                st.page_link(
                    SQL_PAGE, label="Open in SQL", icon=":material/terminal:", query_params={"worked": row["name"]}
                )
                for metric in (row["metrics"] or "").split(", ") if row["metrics"] else ():
                    st.page_link(DICTIONARY_PAGE, label=metric, query_params={"metric": metric})
