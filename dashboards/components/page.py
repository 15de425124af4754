"""The page's frame: style, header, sections, the scope that the app chose for this run."""

from collections.abc import Mapping
from html import escape
from pathlib import Path

import streamlit as st

from dashboards.access.viewer import Viewer
from dashboards.charts.style import Mode
from dashboards.database import Generation
from dashboards.formats import moment_text
from dashboards.navigation import PageEntry
from dashboards.scope import Scope
from dashboards.scripts import PLAIN_SECTIONS

STYLE = Path(__file__).with_name("style.css")
SCOPE = "_scope"
VIEWER = "_viewer"
STANDING = "_standing"
GENERATION = "_generation"
TURNED_AWAY, CHECKED = "_turned_away", "_checked"
"""What the audit log was told of visits that were denied, and which addresses were looked at: once is enough."""


def apply_style() -> None:
    """Put our style sheet on the page."""
    st.html(STYLE)


def mode() -> Mode:
    """Tell whether the reader sees the light or the dark theme."""
    return "dark" if st.context.theme.type == "dark" else "light"


def remember(scope: Scope) -> None:
    """Keep the scope of this run for the page."""
    st.session_state[SCOPE] = scope


def remember_viewer(viewer: Viewer) -> None:
    """Keep who looks in this run; what a session held for somebody else is forgotten."""
    if not viewer.is_demo and st.session_state.get(VIEWER, viewer) != viewer:
        forget()
    st.session_state[VIEWER] = viewer


def forget() -> None:
    """Drop what the session held, but for who looks at which generation."""
    for key in set(st.session_state) - {STANDING, GENERATION, TURNED_AWAY, CHECKED}:
        del st.session_state[key]


def remember_standing(standing: object) -> None:
    """Keep as what the person of this run was let in, or why not."""
    st.session_state[STANDING] = standing


def standing() -> object:
    """Return as what the person of the last run was let in, or why not."""
    return st.session_state.get(STANDING)


def viewer() -> Viewer:
    """Return who looks in this run."""
    found: Viewer = st.session_state[VIEWER]
    return found


def remember_generation(generation: Generation) -> None:
    """Keep which generation this run shows."""
    st.session_state[GENERATION] = generation.identifier


def forget_generation() -> None:
    """Keep that this run shows no generation."""
    st.session_state[GENERATION] = None


def shown_generation() -> str | None:
    """Return the generation that the last run showed, or None when there was none."""
    found: str | None = st.session_state.get(GENERATION)
    return found


def scope() -> Scope:
    """Return the scope that the app chose for this run."""
    found: Scope = st.session_state[SCOPE]
    return found


def header(entry: PageEntry, scope: Scope, facts: Mapping[str, object]) -> None:
    """Write the page's title, whose data these are, and as of when."""
    title, who = escape(entry.title), escape(scope.host_name)
    has_synthetic = facts.get("has_synthetic", facts.get("is_synthetic"))
    said = "Synthetic data" if facts.get("is_synthetic") else "Partly synthetic data"
    synthetic = f'<span class="tl-chip tl-synthetic">{said}</span>' if has_synthetic else ""
    st.html(
        f'<div class="tl-head"><h1>{title}</h1><span class="tl-who">{who}</span>'
        f'<span class="tl-facts">{synthetic}<span class="tl-chip">Data as of '
        f"{escape(moment_text(scope.generation.as_of))}</span></span></div><script>{PLAIN_SECTIONS}</script>",
        unsafe_allow_javascript=True,
    )


def lead(text: str) -> None:
    """Write the question that the page answers."""
    st.html(f'<p class="tl-lead">{escape(text)}</p>')


def section(title: str, note: str = "") -> None:
    """Write the title of a part of the page."""
    st.html(f'<h2 class="tl-section">{escape(title)}<small>{escape(note)}</small></h2>')
