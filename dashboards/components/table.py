"""Tables: columns named in words, dates and numbers written as everywhere else."""

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl
import streamlit as st

ACRONYMS = ("gmv", "hhi", "nace", "gpa", "roi", "id", "usd")


def table(rows: pl.DataFrame, key: str, height: int | None = None, alt: str | None = None) -> None:
    """Draw a frame as a table; ``alt`` names it for those who do not see it."""
    st.dataframe(rows, hide_index=True, key=key, height=height or "auto", column_config=columns(rows), alt=alt)


def choose_row(
    rows: pl.DataFrame, id_column: str, key: str, word: str, names: Mapping[str, str], height: int = 360
) -> str | None:
    """Draw a table of which a row may be chosen, and a search box over the same rows; return the chosen row's id.

    The choice is kept in the URL parameter ``key``; ``names`` writes ids in the box, ``word`` is its label.
    """
    ids = rows[id_column].to_list()
    _take_choice(ids, key)
    chosen = st.selectbox(
        word,
        ids,
        index=None,
        key=key,
        format_func=lambda each: names.get(each, each),
        placeholder="Search, or choose a row below",
    )
    table_key = f"choose-{key}"
    st.dataframe(
        rows,
        hide_index=True,
        key=table_key,
        height=height,
        column_config=columns(rows),
        on_select=_keep_choice(ids, key, table_key),
        selection_mode="single-row",
        alt=word,
    )
    _show_choice(chosen, key)
    return chosen


def _take_choice(ids: list[str], key: str) -> None:
    """Choose what a link names. A bound widget would put the row's name into the URL, not its id."""
    asked = st.query_params.get(key)
    if asked in ids and asked != st.session_state.get(_shown(key)):
        st.session_state[key] = asked


def _show_choice(chosen: str | None, key: str) -> None:
    """Put the chosen id into the URL, or take the parameter out of it."""
    st.session_state[_shown(key)] = chosen
    if chosen is None:
        st.query_params.pop(key, None)
    elif st.query_params.get(key) != chosen:
        st.query_params[key] = chosen


def _shown(key: str) -> str:
    """Name what keeps the choice that the URL showed last, so that a link is told from the URL of before."""
    return f"_shown-{key}"


def _keep_choice(ids: list[str], key: str, table_key: str) -> Callable[[], None]:
    """Return what puts the row that was clicked into the search box, and so into the URL."""

    def keep() -> None:
        picked = st.session_state[table_key]["selection"]["rows"]
        st.session_state[key] = ids[picked[0]] if picked else None

    return keep


def columns(rows: pl.DataFrame) -> dict[str, Any]:
    """Return how each column is written, by its type and by the end of its name."""
    return {name: _column(name, kind) for name, kind in rows.schema.items()}


def _column(name: str, kind: pl.DataType) -> Any:
    label = column_label(name)
    if isinstance(kind, pl.Datetime):
        return st.column_config.DatetimeColumn(label, format="D MMM YYYY, HH:mm")
    if isinstance(kind, pl.Date):
        return st.column_config.DateColumn(label, format="D MMM YYYY")
    if kind.is_numeric():
        return st.column_config.NumberColumn(label, format=_number_format(name))
    return st.column_config.Column(label)


def column_label(name: str) -> str:
    """Write a column's name in words: ``gmv_12_months_usd`` as ``GMV 12 months``."""
    words = name.removesuffix("_usd").replace("_", " ").capitalize().split()
    return " ".join(word.upper() if word.lower() in ACRONYMS else word for word in words)


def _number_format(name: str) -> str:
    if name.endswith(("share", "_rate")):
        return "percent"
    return "dollar" if name.endswith("_usd") else "localized"
