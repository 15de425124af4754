"""Every assumption as a control: value and range, default and source beside it, changed ones marked, one reset."""

from collections.abc import Mapping
from html import escape

import streamlit as st

from dashboards.economics.assumptions import ASSUMPTIONS, Assumption, changed, chosen
from dashboards.formats import value_text

PARTS = ("value", "low", "high")
WORDS = {"value": "", "low": "Lowest: ", "high": "Highest: "}
SCALES = {"share": (100.0, "%.1f", 1.0), "USD": (1.0, "%.0f", 100.0)}
"""Unit -> how many times its shown number is larger, how it is written, the step; others are shown as they are."""


def assumption_controls(measured: Mapping[str, str]) -> dict[str, Assumption]:
    """Draw a control for each assumption and return them as they are set.

    ``measured`` says of an assumption what was measured in its place, so that the reader knows it is not used.
    """
    with st.container(key="assumption-grid"):
        notes = {name: _control(row, measured.get(name)) for name, row in ASSUMPTIONS.items()}
    with st.expander("Ranges, from which values are drawn"), st.container(key="assumption-ranges"):
        for row in ASSUMPTIONS.values():
            for part in ("low", "high"):
                _number(row, part)
    assumed = chosen({name: _triple(row) for name, row in ASSUMPTIONS.items()})
    changes = {row.name for row in changed(assumed)}
    for name, place in notes.items():
        place.html(_note(ASSUMPTIONS[name], measured.get(name), is_changed=name in changes))
    if changes:
        st.button(f"Reset {len(changes)} to default", key="reset-assumptions", on_click=_reset, type="tertiary")
    return assumed


def _control(row: Assumption, measured: str | None) -> "st.delta_generator.DeltaGenerator":
    with st.container(key=f"assumption-{row.name}"):
        _number(row, "value")
        return st.empty()


def _number(row: Assumption, part: str) -> None:
    scale, form, step = SCALES.get(row.unit, (1.0, "%.1f", 0.5))
    word = row.label if part == "value" else row.label.partition(",")[0]
    st.number_input(
        f"{WORDS[part]}{word} ({_unit(row)})",
        min_value=row.least * scale,
        max_value=None if row.most is None else row.most * scale,
        value=_shown(row, part),
        step=step,
        format=form,
        key=_key(row, part),
        bind="query-params",
    )


def _unit(row: Assumption) -> str:
    return "%" if row.unit == "share" else row.unit


def _shown(row: Assumption, part: str) -> float:
    scale = SCALES.get(row.unit, (1.0, "", 0.0))[0]
    whole = {"value": row.default, "low": row.low, "high": row.high}[part]
    return round(float(whole) * scale, 6)


def _key(row: Assumption, part: str) -> str:
    return row.name if part == "value" else f"{row.name}_{part}"


def _triple(row: Assumption) -> tuple[float, float, float]:
    """Return value, low and high as they are set; what was not touched is the default to the last digit."""
    scale = SCALES.get(row.unit, (1.0, "", 0.0))[0]
    found = []
    for part, default in zip(PARTS, (row.default, row.low, row.high), strict=True):
        shown = st.session_state.get(_key(row, part))
        is_touched = shown is not None and shown != _shown(row, part)
        found.append(round(shown / scale, 8) if shown is not None and is_touched else float(default))
    return found[0], found[1], found[2]


def _note(row: Assumption, measured: str | None, *, is_changed: bool) -> str:
    mark = '<span class="tl-chip tl-changed">Changed</span> ' if is_changed else ""
    used = f"<b>{escape(measured)}</b> " if measured else ""
    unit = "ratio" if row.unit == "risk ratio" else row.unit
    default, low, high = (value_text(unit, each) for each in (row.default, row.low, row.high))
    text = f"Default {default}, range {low} to {high}. Source: {row.source}."
    return f'<p class="tl-assumption">{mark}{used}{escape(text)}</p>'


def _reset() -> None:
    for row in ASSUMPTIONS.values():
        for part in PARTS:
            st.session_state[_key(row, part)] = _shown(row, part)
