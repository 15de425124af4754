"""Dashboards: ``python -m streamlit run dashboards/app.py``. Whose data, which filters, which page."""

import logging
from dataclasses import replace
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

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
    """Return the pages of a role. The first has two addresses, "/" and its name; the one in use is shown."""
    first, *others = entries
    shown: Literal["visible", "hidden"] = "visible"
    is_named = urlsplit(st.context.url or "").path.rstrip("/").endswith(f"/{first.name}")
    landing = _page(first, "landing", "hidden" if is_named else shown, is_default=True)
    named = _page(first, first.name, shown if is_named else "hidden")
    return [landing, named, *(_page(each, each.name, shown) for each in others)]


def _page(entry: PageEntry, path: str, visibility: Literal["visible", "hidden"], *, is_default: bool = False) -> Page:
    return st.Page(
        entry.file, title=entry.title, icon=entry.icon, url_path=path, default=is_default, visibility=visibility
    )


main()
