"""One filter bar everywhere; its state lives in the URL."""

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboards.formats import word_text
from dashboards.scope import DIMENSIONS, PERIODS, Filters, Role

OFFERED: dict[Role, tuple[str, ...]] = {
    "employer": ("term_label", "category", "major_family"),
    "leadership": ("term_label", "category", "industry"),
}
"""Role -> the dimensions that its pages filter by. One list per role: moving between pages loses no filter.

None of them is a school fact: crossed with the others it would single people out (METRICS.md, "Suppression").
"""

KEYS = {
    "term_label": "term",
    "category": "category",
    "major_family": "major",
    "industry": "industry",
}
"""Dimension -> its name in the URL."""

PLURALS = {
    "term_label": "All terms",
    "category": "All categories",
    "major_family": "All majors",
    "industry": "All industries",
}


def filter_bar(role: Role, choices: Mapping[str, Sequence[str]], *, is_shown: bool) -> Filters:
    """Draw the filters of a role and return what is chosen; a page without filters keeps them, out of sight."""
    place = "filter-bar" if is_shown else "filter-bar-hidden"
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key=place):
        period = st.selectbox("Period", list(PERIODS), key="period", bind="query-params", width=150)
        chosen = []
        for dimension in OFFERED[role]:
            picked = st.multiselect(
                DIMENSIONS[dimension],
                choices.get(dimension, []),
                key=KEYS[dimension],
                format_func=word_text,
                bind="query-params",
                placeholder=PLURALS[dimension],
                width=200,
            )
            chosen.append((dimension, tuple(picked)))
        filters = Filters(period or "All time", tuple(chosen))
        if filters != Filters("All time", tuple((name, ()) for name, _ in chosen)):
            st.button("Clear", type="tertiary", key="clear-filters", on_click=_clear, args=(role,))
    return filters


def _clear(role: Role) -> None:
    st.session_state["period"] = "All time"
    for dimension in OFFERED[role]:
        st.session_state[KEYS[dimension]] = []
