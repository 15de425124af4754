"""Open sessions move to a new generation by themselves, with their filters."""

import streamlit as st

from dashboards.components import page
from dashboards.database import DatabaseError, current_generation

WATCH_SECONDS = 4


@st.fragment(run_every=WATCH_SECONDS)
def watch() -> None:
    """Look at the pointer every few seconds; run the app anew when another generation is current."""
    try:
        current = current_generation().identifier
    except DatabaseError:
        return
    if current != page.shown_generation():
        st.rerun(scope="app")
