"""What ``dashboards/server.py`` serves: who looks, whose data, which filters, which page."""

import logging
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from uuid import uuid4

import streamlit as st
from streamlit.navigation.page import Page

from dashboards.access.login import NotADemonstrationError
from dashboards.access.viewer import AccessError
from dashboards.audit import AuditError
from dashboards.components import page, states, witness
from dashboards.components.filter_bar import filter_bar
from dashboards.components.gate import gate
from dashboards.components.viewer import choose_scope, host_names, identify, own_hosts, viewer_of
from dashboards.components.watch import watch
from dashboards.database import DatabaseError, GoneGenerationError, NothingPublishedError, current_generation
from dashboards.navigation import SECTIONS, PageEntry, pages_of
from dashboards.slices.people import build_facts, choices, hosts

logger = logging.getLogger(__name__)
ASSETS = Path(__file__).parent / "assets"


def main() -> None:
    """Draw the frame that all pages share, then the page; whatever goes wrong is said in our own words."""
    st.set_page_config(page_title="Throughline", page_icon=str(ASSETS / "mark.svg"), layout="wide")
    st.logo(str(ASSETS / "logo.svg"), icon_image=str(ASSETS / "mark.svg"), size="medium")
    page.apply_style()
    try:
        draw()
    except AccessError as error:
        witness.turned_away(error)
        gate(error)
    except AuditError as error:
        logger.exception("The page could not be recorded")
        states.error(states.UNRECORDED, str(error))
    except NotADemonstrationError as error:
        states.error("Nothing to show without a login", str(error))
    except NothingPublishedError as error:
        states.error("Nothing has been published yet", str(error))
    except GoneGenerationError as error:
        page.forget_generation()  # The watch below then draws the page anew.
        states.error("A newer generation is current", str(error))
    except DatabaseError as error:
        logger.exception("The page could not be drawn")
        states.error("The published data could not be read", str(error))
    except Exception:
        reference = uuid4().hex[:8]
        logger.exception("The page could not be drawn, reference %s", reference)
        states.error("This page could not be drawn", f"Please report it with the reference {reference}.")
    watch()


def draw() -> None:
    """Draw viewer, navigation, header and filters from the current generation, then run the page."""
    signed_in = identify()
    generation = current_generation()
    page.remember_generation(generation)
    facts, known = build_facts(generation), hosts(generation)
    viewer = viewer_of(signed_in, facts, known)
    entries = pages_of(viewer.role)
    chosen = st.navigation(_sections(entries))
    entry = next(each for each in entries if each.title == chosen.title)
    witness.check_address(partial(own_hosts, viewer, known))
    scope = choose_scope(generation, viewer, entry.audience, known)
    page.header(entry, scope, facts)
    filters = filter_bar(viewer.role, entry, choices(scope), host_names(known))
    page.remember(replace(scope, filters=filters))
    witness.seen(entry)
    with st.spinner("Counting"):
        chosen.run()


def _sections(entries: tuple[PageEntry, ...]) -> dict[str, list[Page]]:
    """Return the pages of a role under their headings. The first has two addresses, "/" and its name."""
    first = entries[0]
    shown: Literal["visible", "hidden"] = "visible"
    is_named = urlsplit(st.context.url or "").path.rstrip("/").endswith(f"/{first.name}")
    found: dict[str, list[Page]] = {}
    for each in entries:
        pages = found.setdefault("" if each.audience == first.audience else SECTIONS[each.audience], [])
        if each is first:
            pages.append(_page(each, "landing", "hidden" if is_named else shown, is_default=True))
        pages.append(_page(each, each.name, shown if each is not first or is_named else "hidden"))
    return found


def _page(entry: PageEntry, path: str, visibility: Literal["visible", "hidden"], *, is_default: bool = False) -> Page:
    return st.Page(
        entry.file, title=entry.title, icon=entry.icon, url_path=path, default=is_default, visibility=visibility
    )


main()
