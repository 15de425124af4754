"""One metric's entry of the dictionary: its sentence, its facts, its statement, the pages that show it."""

from collections.abc import Mapping
from html import escape

import streamlit as st

from dashboards.navigation import PageEntry, pages_of
from dashboards.scope import Role
from dashboards.slices.dictionary import FACETS

METRIC, SEARCH = "metric", "search"
"""Keys of the choice and of the search box, in the address too."""


def metric_entry(row: Mapping[str, str], facts: Mapping[str, str], statement: str) -> None:
    """Draw label, name, sentence, facts and the SQL of a metric."""
    listed = "".join(f"<dt>{escape(word)}</dt><dd>{escape(text)}</dd>" for word, text in facts.items())
    with st.container(key="chart-metric", gap="small"):
        st.html(
            f'<h2 class="tl-chart-title">{escape(row["label"])}</h2><p class="tl-chart-note">{escape(row["name"])}</p>'
            f'<p class="tl-summary">{escape(row["description"])}</p><dl class="tl-facts-list">{listed}</dl>'
            f'<details class="tl-definition"><summary>SQL</summary>'
            f'<pre tabindex="0">{escape(statement)}</pre></details>'
        )


def metric_links(parts: Mapping[str, str], shown_on: tuple[PageEntry, ...], role: Role) -> None:
    """Draw links to the metrics that this one is made of, and to the pages of the role that show it."""
    opened = [page for page in shown_on if page in pages_of(role)]
    if parts:
        st.html('<p class="tl-chart-note">Made of, or judged with</p>')
        with st.container(horizontal=True, gap="medium", key="metric-parts"):
            for name, label in parts.items():
                st.button(label, type="tertiary", key=f"part-{name}", on_click=open_metric, args=(name,))
    if opened:
        st.html('<p class="tl-chart-note">Shown on</p>')
        with st.container(horizontal=True, gap="medium", key="metric-pages"):
            for page in opened:
                st.page_link(page.file, label=page.title, icon=page.icon)


def open_metric(name: str) -> None:
    """Choose another metric, and clear what might hide it."""
    st.session_state[METRIC] = name
    st.session_state[SEARCH] = ""
    for column in FACETS:
        st.session_state[f"by_{column}"] = None
