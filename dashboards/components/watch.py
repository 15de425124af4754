"""Open sessions move to a new generation by themselves, with their filters; one whose grant ends is closed."""

import streamlit as st

from dashboards.access.viewer import Viewer
from dashboards.components import page
from dashboards.components.viewer import has_moved, is_as_it_was

WATCH_SECONDS = 4


@st.fragment(run_every=WATCH_SECONDS)
def watch() -> None:
    """Look every few seconds; run the app anew when another generation is current, or its reader has another grant."""
    if not is_as_it_was():
        st.rerun(scope="app")
    is_shown = page.standing() is None or isinstance(page.standing(), Viewer)
    if is_shown and has_moved():
        st.rerun(scope="app")
