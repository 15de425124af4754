"""A chart as a picture: Plotly's own export in the browser, as PNG or SVG."""

import json
from html import escape

import streamlit as st

from dashboards.scripts import PICTURES

FORMATS = ("png", "svg")
SCALE = 2


def pictures(name: str, title: str) -> None:
    """Offer the chart of this name as PNG and SVG."""
    buttons = "".join(_button(name, kind, title) for kind in FORMATS)
    st.html(
        f'<div class="tl-pictures"><span>Picture</span>{buttons}</div><script>{PICTURES}</script>',
        unsafe_allow_javascript=True,
    )


def _button(name: str, kind: str, title: str) -> str:
    options = json.dumps({"format": kind, "filename": name, "scale": SCALE})
    return (
        f'<button type="button" data-plot="st-key-plot-{escape(name)}" data-options="{escape(options)}" '
        f'aria-label="Save as {kind.upper()}: {escape(title)}">{kind.upper()}</button>'
    )
