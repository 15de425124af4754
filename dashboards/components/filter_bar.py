"""One filter bar everywhere; its state lives in the URL, and a page shows the part of it that it obeys."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, get_args

import streamlit as st

from dashboards.formats import word_text
from dashboards.navigation import PageEntry
from dashboards.scope import DIMENSIONS, PERIODS, WINDOWS, Clock, Filters, Lens, Role

OFFERED: dict[Role, tuple[str, ...]] = {
    "employer": ("term_label", "category", "major_family"),
    "leadership": ("term_label", "category", "major_family", "industry", "state", "host_id"),
    "analyst": (),
    "admin": ("term_label", "category", "major_family", "industry", "state", "host_id"),
}
"""Role -> the dimensions that its pages filter by. One list per role: moving between pages loses no filter.

None of them is a school fact: crossed with the others it would single people out (METRICS.md, "Suppression").
"""

KEYS = {
    "term_label": "term",
    "category": "category",
    "major_family": "major",
    "industry": "industry",
    "state": "state",
    "host_id": "employers",
}
"""Dimension -> its name in the URL."""

PLURALS = {
    "term_label": "All terms",
    "category": "All categories",
    "major_family": "All majors",
    "industry": "All industries",
    "state": "All states",
    "host_id": "All employers",
}

NO_PERIOD = "All time"
OF_A_COHORT = {"clock", "window"}
"""Controls that mean nothing to the activity of a time."""

LENSES: dict[Lens, str] = {"cohort": "Cohort", "activity": "Activity"}
CLOCKS: dict[Clock, str] = {"completed": "First completion", "graduated": "Readiness"}
LENS_HELP = (
    "Cohort follows those who started in a period; Activity counts what happened in it. Never both in one chart."
)
CLOCK_HELP = "Whether a cohort starts on completing, or on the later of completing and graduating."
WINDOW_HELP = "How long outcomes are awaited."


def filter_bar(role: Role, entry: PageEntry, choices: Mapping[str, Sequence[str]], names: Mapping[str, str]) -> Filters:
    """Draw the filters of a role and return those that the page obeys; the others are kept out of sight.

    ``names`` writes host ids as the employers' names.
    """
    obeyed = {*entry.filters, *(["lens"] if entry.has_lens else []), *(["clock"] if len(entry.clocks) > 1 else [])}
    controls = _controls(role, choices, names)
    if entry.has_lens and st.session_state.get("lens") == "activity":
        obeyed -= OF_A_COHORT
    shown = [each for each in controls if each in obeyed]
    found: dict[str, Any] = {}
    place = "filter-bar" if shown else "filter-bar-hidden"
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key=place):
        found |= {each: controls[each]() for each in shown}
        if _is_filtered(role):
            st.button("Clear", type="tertiary", key="clear-filters", on_click=_clear, args=(role,))
    with st.container(key="filter-bar-unused"):
        found |= {each: control() for each, control in controls.items() if each not in obeyed}
    chosen = tuple((each, tuple(found[each])) for each in OFFERED[role])
    whole = Filters(found["period"] or NO_PERIOD, chosen)
    kept = whole.kept(entry.filters)
    if unused := _unused(whole, kept):
        st.html(f'<p class="tl-unused">Not applied on this page: {unused}</p>')
    return Filters(
        kept.period,
        kept.chosen,
        found["lens"] if entry.has_lens else "cohort",
        found["window"] if "window" in obeyed else 365,
        found["clock"] if "clock" in obeyed else "completed",
    )


def _controls(
    role: Role, choices: Mapping[str, Sequence[str]], names: Mapping[str, str]
) -> dict[str, Callable[[], object]]:
    """Return what draws each control of a role, by its name, in the order of the bar."""
    values = {each: partial(_values, each, choices.get(each, []), names) for each in OFFERED[role]}
    return {"lens": _lens, "period": _period, "clock": _clock, "window": _window, **values}


def _lens() -> object:
    return st.segmented_control(
        "View",
        get_args(Lens),
        format_func=LENSES.__getitem__,
        default="cohort",
        required=True,
        key="lens",
        bind="query-params",
        help=LENS_HELP,
    )


def _period() -> object:
    return st.selectbox("Period", list(PERIODS), key="period", bind="query-params", width=150)


def _clock() -> object:
    options = get_args(Clock)
    return st.selectbox(
        "Cohort clock",
        options,
        format_func=CLOCKS.__getitem__,
        key="clock",
        bind="query-params",
        width=160,
        help=CLOCK_HELP,
    )


def _window() -> object:
    options = list(WINDOWS)
    return st.selectbox(
        "Window",
        options,
        index=options.index(365),
        format_func=WINDOWS.__getitem__,
        key="window",
        bind="query-params",
        width=130,
        help=WINDOW_HELP,
    )


def _values(dimension: str, offered: Sequence[str], names: Mapping[str, str]) -> object:
    is_host = dimension == "host_id"
    return st.multiselect(
        DIMENSIONS[dimension],
        list(names) if is_host else offered,
        key=KEYS[dimension],
        format_func=names.__getitem__ if is_host else word_text,
        bind="query-params",
        placeholder=PLURALS[dimension],
        width=190,
    )


def _is_filtered(role: Role) -> bool:
    """Tell whether a filter of the role is set, on whatever page it applies."""
    state = st.session_state
    return state.get("period", NO_PERIOD) != NO_PERIOD or any(state.get(KEYS[each]) for each in OFFERED[role])


def _unused(whole: Filters, kept: Filters) -> str:
    """Name the filters that are set and that the page does not obey."""
    names = [DIMENSIONS[each] for each, values in whole.chosen if values and not kept.values(each)]
    return ", ".join([*(["Period"] if whole.period != kept.period else []), *names])


def _clear(role: Role) -> None:
    st.session_state["period"] = NO_PERIOD
    for dimension in OFFERED[role]:
        st.session_state[KEYS[dimension]] = []
