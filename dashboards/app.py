"""Dashboards: ``python -m streamlit run dashboards/app.py``. Whose data, which filters, which page."""

import logging
from dataclasses import replace
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import Page

from dashboards.components import page, states
from dashboards.components.filter_bar import filter_bar
from dashboards.components.viewer import NoGrantError, choose_viewer
from dashboards.database import DatabaseError, current_generation
from dashboards.navigation import PageEntry, pages_of
from dashboards.slices.people import build_facts, choices, hosts

logger = logging.getLogger(__name__)
ASSETS = Path(__file__).parent / "assets"


def main() -> None:
    """Draw the frame that all pages share, then the page."""
    st.set_page_config(page_title="Throughline", page_icon=str(ASSETS / "mark.svg"), layout="wide")
    st.logo(str(ASSETS / "logo.svg"), icon_image=str(ASSETS / "mark.svg"), size="medium")
    page.apply_style()
    try:
        draw()
    except NoGrantError as error:
        states.error("Nothing to show without a login", str(error))
    except DatabaseError as error:
        logger.exception("The page could not be drawn")
        states.error("The published data could not be read", str(error))


def draw() -> None:
    """Draw viewer, navigation, header and filters from the current generation, then run the page."""
    generation = current_generation()
    facts = build_facts(generation)
    viewer = choose_viewer(generation, facts, hosts(generation))
    entries = pages_of(viewer.role)
    chosen = st.navigation(_pages(entries))
    entry = next(each for each in entries if each.title == chosen.title)
    page.header(entry.title, viewer, facts)
    filters = filter_bar(viewer.role, choices(generation), is_shown=entry.has_filters)
    page.remember(replace(viewer, filters=filters))
    chosen.run()


def _pages(entries: tuple[PageEntry, ...]) -> list[Page]:
    """Return the pages of a role. The first has the address "/" alone, so a twin, out of sight, answers to its name."""
    first, *others = entries
    landing = st.Page(first.file, title=first.title, icon=first.icon, url_path="landing", default=True)
    twin = st.Page(first.file, title=first.title, url_path=first.name, visibility="hidden")
    rest = [st.Page(each.file, title=each.title, icon=each.icon, url_path=each.name) for each in others]
    return [landing, *rest, twin]


main()
