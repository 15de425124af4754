"""The page of those who may not look: what they can do about it, and nothing of the data."""

import logging
from collections.abc import Callable
from html import escape
from urllib.parse import urlsplit

import streamlit as st

from dashboards.access.viewer import AccessError, EndedHereError, NoGrantError, NotSignedInError
from dashboards.components import page
from dashboards.components.viewer import log_out_button
from dashboards.navigation import PAGES

logger = logging.getLogger(__name__)
NEUTRAL = "Throughline"


def gate(error: AccessError) -> None:
    """Draw the page at whatever address was asked for: a log in button, or whom to ask."""
    page.forget()
    if error.detail:
        logger.warning("Nobody was let in: %s", error.detail)

    def drawn() -> None:
        _draw(error)

    pages = [st.Page(drawn, title=NEUTRAL, url_path="landing", default=True)]
    name = urlsplit(st.context.url or "").path.rstrip("/").rpartition("/")[2]
    if name in {each.name for each in PAGES}:
        pages.append(st.Page(_named(drawn, name), title=NEUTRAL, url_path=name))
    st.navigation(pages, position="hidden").run()


def _named(draw: Callable[[], None], name: str) -> Callable[[], None]:
    """Return the same page under another name, since Streamlit tells pages apart by it."""

    def drawn() -> None:
        draw()

    drawn.__name__ = name
    return drawn


def _draw(error: AccessError) -> None:
    with st.container(key="gate", horizontal_alignment="center"), st.container(key="gate-box", width=460, gap="small"):
        if isinstance(error, EndedHereError):
            _say("Throughline", str(error))
            log_out_button()
        elif isinstance(error, NotSignedInError):
            _say("Throughline", str(error))
            st.button("Log in", type="primary", key="log-in", on_click=st.login, width="stretch")
        elif isinstance(error, NoGrantError):
            _say("No access", f"{error} Ask {error.contact}.")
            log_out_button()
        else:
            _say("Access is being set up", f"Ask {error.contact or 'whoever runs this site'}.")


def _say(title: str, text: str) -> None:
    st.html(f'<div class="tl-gate"><h1>{escape(title)}</h1><p>{escape(text)}</p></div>')
