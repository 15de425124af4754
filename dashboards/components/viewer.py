"""Who looks: the person who has signed in or, in a demonstration, a role and an employer chosen in the sidebar."""

import logging
from collections.abc import Callable, Mapping
from functools import lru_cache, partial, wraps
from html import escape
from typing import ParamSpec, TypeVar, get_args

import polars as pl
import streamlit as st

from dashboards.access.ended import is_ended_here_alone
from dashboards.access.files import made_out
from dashboards.access.grants import Claims
from dashboards.access.login import LoginSettingsError, check_demonstration, contact, end_session, granted, is_login
from dashboards.access.viewer import AccessError, NoGrantError, NotReadyError, Viewer, narrowed
from dashboards.components import page
from dashboards.database import DatabaseError, Generation, GoneGenerationError, current_generation
from dashboards.extract.cutting import extract_of, is_cut
from dashboards.keeping import refuse_erased
from dashboards.navigation import Audience
from dashboards.scope import Role, Scope

logger = logging.getLogger(__name__)
P = ParamSpec("P")
R = TypeVar("R")

LOOKED_AT, ASKED_FOR = "_employer_looked_at", "_employer_asked_for"
WHOLE_PLATFORM: tuple[Role, ...] = ("leadership", "admin")
"""Roles that see the platform, and the pages of one employer as that employer does."""

NOBODY = partial(Scope, host_id="", host_name="No employer")
"""The scope of an employer that does not exist: no row is its."""


def identify() -> Viewer | None:
    """Return who has signed in as the grants stand now, None where there is no login; raises AccessError.

    Nothing of the data is touched. The answer is kept, so that a change of it is noticed.
    """
    standing = _standing()
    page.remember_standing(_word(standing))
    if isinstance(standing, AccessError):
        raise standing
    return standing


def is_as_it_was() -> bool:
    """Tell whether the person may see what this session last showed: the same grant, the same sign-in."""
    return page.standing() == _word(_standing())


def has_moved() -> bool:
    """Tell whether another generation is current than the one that this session last showed."""
    try:
        return current_generation().identifier != page.shown_generation()
    except DatabaseError:
        return False


def guarded(draw: Callable[P, R]) -> Callable[P, R]:
    """Make a dialog or a fragment look first whether its reader may still look, and at this generation.

    It runs without the app around it, so the app has to run anew where not.
    """

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> R:
        if not is_as_it_was() or has_moved():
            st.rerun(scope="app")
        try:
            return draw(*args, **kwargs)
        except GoneGenerationError:
            st.rerun(scope="app")
            raise

    return drawn


def still(fetch: Callable[[], bytes], generation: Generation) -> Callable[[], bytes]:
    """Make a download, which runs outside of the session, look first whether its reader may still look, as the same.

    What was drawn before an erasure is not given; that raises GoneGenerationError.

    Its rows were chosen for what the grants made of the reader when the page was drawn: another role or another
    employer gets none of them. The file is then that reader's alone: nobody else gets it by its address.
    """
    claims, drawn_for = _claims(), page.standing()

    def fetched() -> bytes:
        if claims is None:
            refuse_erased(generation)
            return fetch()
        viewer = granted(claims)
        refuse_erased(generation)
        if viewer != drawn_for:
            raise NoGrantError(viewer.name, contact(), "the grant has changed since the file was offered")
        content = fetch()
        made_out(content, claims, viewer, generation)
        return content

    return fetched


def viewer_of(signed_in: Viewer | None, facts: Mapping[str, object], hosts: pl.DataFrame) -> Viewer:
    """Draw who looks and return it: the one place where a viewer of a generation is made.

    Raises NotADemonstrationError where nobody can log in but should, and NoGrantError for an employer whose hosts the
    generation does not know.
    """
    viewer = _chosen(facts, hosts) if signed_in is None else _known(signed_in, hosts)
    page.remember_viewer(viewer)
    if not viewer.is_demo:
        _draw_signed_in(viewer)
    return viewer


def _chosen(facts: Mapping[str, object], hosts: pl.DataFrame) -> Viewer:
    """Draw the choice of a role and return the viewer of a demonstration."""
    check_demonstration(facts)
    roles: tuple[Role, ...] = get_args(Role)
    with st.sidebar:
        role = st.selectbox("View as", roles, format_func=str.capitalize, key="view", bind="query-params")
    return Viewer("demo", role, tuple(hosts["host_id"]) if role == "employer" else (), is_demo=True)


def _known(viewer: Viewer, hosts: pl.DataFrame) -> Viewer:
    """Return the viewer with those hosts that the generation knows."""
    found, reasons = narrowed(viewer, dict(hosts.select("host_id", "employer_ids").iter_rows()))
    for reason in reasons:
        _say_once(viewer.name, reason)
    if found.role == "employer" and not found.host_ids:
        raise NoGrantError(viewer.name, contact(), "; ".join(reasons))
    return found


@lru_cache(maxsize=1024)
def _say_once(name: str, reason: str) -> None:
    logger.warning("Access of %s: %s", name, reason)


def _draw_signed_in(viewer: Viewer) -> None:
    with st.sidebar, st.container(key="signed-in", gap="small"):
        st.html(
            f'<p class="tl-signed-in"><span>Signed in as</span><b>{escape(viewer.name)}</b>'
            f"<span>{viewer.role.capitalize()}</span></p>"
        )
        log_out_button()


def log_out_button() -> None:
    """Draw the button that ends the session here and in the browser's other tabs."""
    st.button("Log out", key="log-out", icon=":material/logout:", on_click=_log_out)


def _log_out() -> None:
    """End the sign-in everywhere, then in the browser; where the first fails, the page says so before the second."""
    claims = st.user.to_dict()
    was_told = is_ended_here_alone(claims)
    try:
        end_session(claims)
    except OSError:
        logger.exception("A log-out could not be written down: no other server knows of it, nor this one later")
        if not was_told:
            return
    st.logout()


def _claims() -> Claims | None:
    """Return what the identity provider said of the person, None where there is no login."""
    try:
        return st.user.to_dict() if is_login() else None
    except LoginSettingsError as error:
        raise NotReadyError("Access is being set up.", "", str(error)) from error


def _standing() -> Viewer | AccessError | None:
    try:
        claims = _claims()
        return None if claims is None else granted(claims)
    except AccessError as error:
        return error


def _word(standing: Viewer | AccessError | None) -> object:
    return (type(standing).__name__, str(standing), standing.contact) if isinstance(standing, AccessError) else standing


def choose_scope(generation: Generation, viewer: Viewer, audience: Audience, hosts: pl.DataFrame) -> Scope:
    """Draw the choice of the employer, the largest first, and return whose rows a page of this audience shows.

    An employer chooses among its own; this is the one place where a scope is made of a viewer and a generation.
    """
    role = viewer.role
    is_one = role == "employer" or (role in WHOLE_PLATFORM and audience == "employer")
    if role == "analyst":
        return Scope(generation, role)
    hosts = _own(viewer, hosts)
    if hosts.is_empty():
        return NOBODY(prepared(generation, ""), role) if is_one else Scope(generation, role)
    names = host_names(hosts)
    word = "Employer" if role == "employer" else "Employer, for the pages of one"
    if (asked := st.session_state.pop(ASKED_FOR, None)) in names:
        st.session_state["employer"] = asked
    host_id = _choose_host(word, names) if viewer.is_demo or len(names) > 1 else next(iter(names))
    if not is_one:
        return Scope(generation, role)
    row = hosts.row(by_predicate=pl.col("host_id") == host_id, named=True)
    own = prepared(generation, row["host_id"])
    name, employer_ids = names[row["host_id"]], tuple(row["employer_ids"])
    return Scope(own, role, row["host_id"], name, employer_ids, sees_peers=not viewer.sees_several)


def prepared(generation: Generation, host_id: str) -> Generation:
    """Return one host's extract of a generation; whoever has to wait for it is told."""
    if is_cut(generation, host_id):
        return extract_of(generation, host_id)
    with st.spinner("Preparing your data"):
        return extract_of(generation, host_id)


def own_hosts(viewer: Viewer, hosts: pl.DataFrame) -> set[str]:
    """Return the ids and the names of the hosts among which a viewer may choose."""
    names = host_names(_own(viewer, hosts))
    return {*names, *names.values()}


def _own(viewer: Viewer, hosts: pl.DataFrame) -> pl.DataFrame:
    return hosts.filter(pl.col("host_id").is_in(viewer.host_ids)) if viewer.role == "employer" else hosts


def _choose_host(word: str, names: Mapping[str, str]) -> str:
    with st.sidebar:
        return st.selectbox(word, list(names), format_func=names.__getitem__, key="employer", bind="query-params")


def look_at(host_id: str) -> None:
    """Choose an employer in the sidebar from the next run on, once: its reader may then choose another there.

    The address of a link cannot: within a session a bound widget keeps its own choice.
    """
    if st.session_state.get(LOOKED_AT) != host_id:
        st.session_state[LOOKED_AT] = st.session_state[ASKED_FOR] = host_id


def host_names(hosts: pl.DataFrame) -> dict[str, str]:
    """Return each host's name; where two share one, the id tells them apart."""
    shared = hosts["host_name"].is_duplicated()
    return {
        row["host_id"]: f"{row['host_name']} ({row['host_id']})" if twin or not row["host_name"] else row["host_name"]
        for row, twin in zip(hosts.iter_rows(named=True), shared, strict=True)
    }
