"""What stands where a number or a chart cannot: nothing there, too few, an error."""

from html import escape

import streamlit as st

UNRECORDED = "Nothing is shown that cannot be recorded"


def empty(title: str = "Nothing in this slice", hint: str = "Widen the period or clear a filter.") -> None:
    """Say that the slice holds nothing, and what to do."""
    _box(title, hint)


def too_few(what: str, least: int = 10) -> None:
    """Say that there is not enough to show an honest figure."""
    _box("Too few to say", f"This needs at least {least} {what}. Widen the period or clear a filter.")


def error(title: str, detail: str) -> None:
    """Say what went wrong and what to do."""
    _box(title, detail, "tl-error")


def _box(title: str, hint: str, kind: str = "") -> None:
    st.html(f'<div class="tl-state {kind}" role="status"><b>{escape(title)}</b>{escape(hint)}</div>')
