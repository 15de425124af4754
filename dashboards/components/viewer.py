"""Who looks: in demo mode a role and an employer are chosen in the sidebar; there is no other mode yet."""

from collections.abc import Mapping
from functools import partial
from typing import get_args

import polars as pl
import streamlit as st

from dashboards.access import Viewer
from dashboards.database import Generation
from dashboards.navigation import Audience
from dashboards.scope import Role, Scope

LOOKED_AT, ASKED_FOR = "_employer_looked_at", "_employer_asked_for"
LOOPBACK = ("127.0.0.1", "localhost", "::1")


NOBODY = partial(Scope, host_id="", host_name="No employer")
"""The scope of an employer that does not exist: no row is its."""


class NoGrantError(Exception):
    """Nobody may look: demo mode is off, and there is no login."""

    def __init__(self) -> None:
        super().__init__(
            "Choosing a role is for demonstrations: it needs synthetic data and a server on 127.0.0.1. "
            "Start the dashboards with `throughline demo`, or `throughline dashboard` on a synthetic marketplace."
        )


def is_demo(facts: Mapping[str, object], address: str | None) -> bool:
    """Tell whether roles may be chosen: synthetic data only, and on the loopback only."""
    return bool(facts.get("is_synthetic")) and address in LOOPBACK


def viewer_of(facts: Mapping[str, object], hosts: pl.DataFrame) -> Viewer:
    """Draw who looks and return it: the one place where a viewer is made; raises NoGrantError outside demo mode."""
    if not is_demo(facts, st.get_option("server.address")):
        raise NoGrantError
    roles: tuple[Role, ...] = get_args(Role)
    with st.sidebar:
        role = st.selectbox("View as", roles, format_func=str.capitalize, key="view", bind="query-params")
    return Viewer("demo", role, tuple(hosts["host_id"]) if role == "employer" else (), is_demo=True)


def choose_scope(generation: Generation, viewer: Viewer, audience: Audience, hosts: pl.DataFrame) -> Scope:
    """Draw the choice of the employer, the largest first, and return whose rows a page of this audience shows.

    An employer chooses among its own; this is the one place where a scope is made of a viewer and a generation.
    """
    role = viewer.role
    is_one = role == "employer" or (role in ("leadership", "admin") and audience == "employer")
    if role == "analyst":
        return Scope(generation, role)
    if role == "employer":
        hosts = hosts.filter(pl.col("host_id").is_in(viewer.host_ids))
    if hosts.is_empty():
        return NOBODY(generation, role) if is_one else Scope(generation, role)
    names = host_names(hosts)
    word = "Employer" if role == "employer" else "Employer, for the pages of one"
    if (asked := st.session_state.pop(ASKED_FOR, None)) in names:
        st.session_state["employer"] = asked
    with st.sidebar:
        host_id = st.selectbox(word, list(names), format_func=names.__getitem__, key="employer", bind="query-params")
    if not is_one:
        return Scope(generation, role)
    row = hosts.row(by_predicate=pl.col("host_id") == host_id, named=True)
    return Scope(generation, role, row["host_id"], names[row["host_id"]], tuple(row["employer_ids"]))


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
