"""The schema beside the editor: tables, their columns, and names that a click writes into the statement."""

from html import escape

import polars as pl
import streamlit as st

from dashboards.components import states
from dashboards.components.workbench import EDITOR, write
from dashboards.database import Generation
from dashboards.slices.catalogue import columns_of, tables_holding

TABLES = "schema-tables"
COLUMNS = "schema-columns"


def schema_browser(generation: Generation) -> None:
    """Draw the tables that hold the words looked for, and the columns of the one that is chosen."""
    with st.container(key="sql-schema", gap="small"):
        st.html('<h2 class="tl-chart-title">Tables</h2>')
        words = st.text_input(
            "Search tables and columns", key="schema-search", placeholder="Search names and descriptions"
        )
        found = tables_holding(generation, words or "")
        if found.is_empty():
            states.empty("No table holds these words", "Fewer or other words may find one.")
            return
        chosen = _tables(found, words or "")
        if chosen is None:
            st.html('<p class="tl-chart-note">Choose a table to see its columns.</p>')
            return
        _columns(generation, chosen, found)


def _tables(found: pl.DataFrame, words: str) -> str | None:
    """Draw the tables and return the full name of the chosen one."""
    state = st.dataframe(
        found.select("name", "rows"),
        hide_index=True,
        key=f"{TABLES}-{words}",
        height=250,
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "name": st.column_config.TextColumn("Table", width=215),
            "rows": st.column_config.NumberColumn("Rows", format="compact", width=55),
        },
        alt="Tables",
    )
    picked = state["selection"]["rows"]
    return str(found["name"][picked[0]]) if picked else None


def _columns(generation: Generation, name: str, found: pl.DataFrame) -> None:
    columns = columns_of(generation, name)
    said = found.filter(name=name)["description"][0]
    st.html(f'<p class="tl-chart-note"><b>{escape(name)}</b><br>{escape(said)}</p>')
    key = f"{COLUMNS}-{name}"
    state = st.dataframe(
        columns,
        hide_index=True,
        key=key,
        height=300,
        on_select="rerun",
        selection_mode="multi-row",
        column_config={
            "column": st.column_config.TextColumn("Column", width=170),
            "type": st.column_config.TextColumn("Type", width=80),
            "description": st.column_config.TextColumn("Description", width="large"),
        },
        alt=f"Columns of {name}",
    )
    picked = [columns["column"][place] for place in state["selection"]["rows"]]
    word = "Insert columns" if picked else "Insert table"
    st.button(word, key="insert-name", on_click=insert, args=(name, picked))


def insert(table: str, columns: list[str]) -> None:
    """Write names at the end of the statement; an empty editor gets a statement that runs."""
    statement = str(st.session_state.get(EDITOR) or "").rstrip()
    names = ", ".join(columns)
    if not statement:
        write(f"select {names or '*'}\nfrom {table}\nlimit 100")
    else:
        write(f"{statement} {names or table}")
