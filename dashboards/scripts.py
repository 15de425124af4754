"""The two scripts of the pages, and the content security policy that lets these and Streamlit's own run, and no other.

A script in the text of a page is named by its hash: nothing that somebody puts into a page's data can run there.
"""

import re
from base64 import b64encode
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import streamlit as st

PLAIN_SECTIONS = """
if (!window.hasPlainSections) {
  window.hasPlainSections = true;
  const items = "[data-testid=stSidebarNavItems]";
  const plain = () => document.querySelectorAll(`${items}, ${items} > div`).forEach(each => each.role ||= "none");
  new MutationObserver(plain).observe(document.body, { childList: true, subtree: true });
  plain();
}
"""
"""Streamlit puts the sections of its navigation straight into a list, which screen readers take for a broken one."""

PICTURES = """
for (const button of document.querySelectorAll(".tl-pictures button:not([data-ready])")) {
  button.dataset.ready = "yes";
  button.addEventListener("click", () => {
    const plot = document.querySelector(`.${CSS.escape(button.dataset.plot)} .js-plotly-plot`);
    plot._context.toImageButtonOptions = JSON.parse(button.dataset.options);
    plot.querySelector(".modebar-btn").click();
  });
}
"""
"""A button makes Plotly export the chart that it belongs to."""

FRAME = Path(st.__file__).parent / "static" / "index.html"
"""The page into which Streamlit draws; it has a script of its own."""


@lru_cache(maxsize=1)
def policy() -> str:
    """Return the Content-Security-Policy: everything from this site, styles that are made as the page runs included."""
    framing = re.findall(r"<script>(.*?)</script>", FRAME.read_text(encoding="utf-8"), re.DOTALL)
    hashes = " ".join(hash_of(script) for script in (*framing, PLAIN_SECTIONS, PICTURES))
    return "; ".join((
        "default-src 'none'",
        f"script-src 'self' {hashes}",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ))  # fmt: skip


def hash_of(script: str) -> str:
    """Name a script as a policy does."""
    return f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"
