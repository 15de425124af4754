"""What the pages tell the audit log: who saw, opened or took what. Told before it is shown; untold, it is not shown."""

import logging
from collections.abc import Callable, Collection
from dataclasses import asdict, replace

import polars as pl
import streamlit as st

from dashboards.access.viewer import AccessError
from dashboards.analysis.recording import witness
from dashboards.analysis.running import Witness
from dashboards.audit import Action, AuditError, Entry, parameters_hash, record, stranger
from dashboards.components import page
from dashboards.components.viewer import still
from dashboards.database import Generation, GoneGenerationError
from dashboards.exports import lazily
from dashboards.navigation import PageEntry

logger = logging.getLogger(__name__)
SEEN = "_seen"
"""Keeps what this session has told: a page that is drawn anew, as it was, is not seen anew."""


def seen(entry: PageEntry) -> None:
    """Record that a page is seen: once for as long as page, scope, filters and generation stay; raises AuditError."""
    scope, viewer = page.scope(), page.viewer()
    view = (viewer, entry.name, scope)
    before = st.session_state.get(SEEN, {})
    if before.get("view") == view:
        return
    if not viewer.is_demo and before.get("who") != viewer.name:
        record(_entry("login", "session"))
    record(_entry("page", entry.name))
    st.session_state[SEEN] = {"who": viewer.name, "view": view, "name": entry.name, "data": set()}


def opened(name: str, rows: int, number: int) -> None:
    """Record that rows behind a number are opened, and which page of them; raises AuditError."""
    told = _entry("rows", f"{_page()}: {name}, page {number}")
    record(replace(told, rows=rows))


def unfolded(name: str, rows: int) -> None:
    """Record that the figures of a chart are unfolded, from where its pictures are taken; once for as long as seen."""
    told = st.session_state.get(SEEN, {}).get("data", set())
    if name not in told:
        record(replace(_entry("data", f"{_page()}: {name}"), rows=rows))
        told.add(name)


def taken(
    rows: Callable[[], pl.DataFrame], kind: str, name: str, generation: Generation | None = None
) -> Callable[[], bytes]:
    """Return what makes a file on the click and records it before a byte leaves, as denied where the grant has ended.

    A browser fetches it outside of the session, so who takes it from which scope is fixed here. ``generation`` is what
    the rows are of, where that is not the page's: it may be older, and somebody erased since.
    """
    taken_of = generation or page.scope().generation
    told = replace(_entry("export", f"{_page()}: {name}.{kind}"), is_export=True, generation=taken_of.identifier)

    def counted() -> pl.DataFrame:
        found = rows()
        record(replace(told, rows=found.height))
        return found

    make = still(lazily(counted, kind), taken_of)

    def made() -> bytes:
        try:
            return make()
        except (AccessError, GoneGenerationError) as error:
            record(replace(told, is_denied=True, reason=type(error).__name__))
            raise

    return made


def asked(statement: str) -> Witness:
    """Return what records the outcome of an analyst's statement; it is called outside of the session."""
    viewer = page.viewer()
    return witness(page.scope().generation, statement, viewer.name, viewer.role, "sql")


def turned_away(error: AccessError) -> None:
    """Record that somebody was not let in, once for as long as nothing changes; who did not log in is nobody."""
    key = (type(error).__name__, str(error), error.detail)
    if not (hasattr(error, "name") or error.detail) or st.session_state.get(page.TURNED_AWAY) == key:
        return
    st.session_state[page.TURNED_AWAY] = key
    try:
        record(
            Entry(
                stranger(getattr(error, "name", "unknown")), "none", "denied", "session", "none",
                is_denied=True, reason=type(error).__name__,
            )
        )  # fmt: skip
    except AuditError:
        logger.exception("A visit that was turned away could not be recorded")


def check_address(own: Callable[[], Collection[str]]) -> None:
    """Record that the address asks for an employer that is not its reader's own, or that does not exist; once each.

    It is to be called before the choice is drawn, which takes such a value out of the address without a word.
    """
    viewer, asked_for = page.viewer(), st.query_params.get("employer")
    checked = st.session_state.setdefault(page.CHECKED, set())
    if not asked_for or (viewer, asked_for) in checked:
        return
    if asked_for not in own():
        reason = f"employer {parameters_hash(asked_for)} is not among those of the grant"
        record(Entry(viewer.name, viewer.role, "denied", "address", "none", is_denied=True, reason=reason))
    checked.add((viewer, asked_for))


def _entry(action: Action, subject: str) -> Entry:
    scope, viewer = page.scope(), page.viewer()
    return Entry(
        who=viewer.name,
        role=viewer.role,
        action=action,
        subject=subject,
        scope=scope.viewer,
        parameters=parameters_hash(asdict(scope.filters)),
        generation=scope.generation.identifier,
    )


def _page() -> str:
    name: str = st.session_state.get(SEEN, {}).get("name", "page")
    return name
