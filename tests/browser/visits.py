"""Every page as it was once opened in each look: what was seen there is kept, so that several tests share one visit."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from dashboards.navigation import PAGES, PageEntry
from dashboards.scope import Role
from tests.browser.serving import rest, whole

Look = Literal["wide", "dark", "phone"]

ARTEFACTS = Path(__file__).parent / "artefacts"
SIZES: dict[Look, tuple[int, Literal["light", "dark"]]] = {
    "wide": (1440, "light"),
    "dark": (1440, "dark"),
    "phone": (390, "light"),
}
SEEN: list[tuple[PageEntry, Role, Look]] = [
    (page, role, look)
    for page in PAGES
    for role in page.roles
    for look in SIZES
    if role == page.roles[0] or (look == "wide" and role != "admin")
]
"""Every page for every role; the other looks for the role that it is made for, since a role changes no style.

An admin opens the pages of the others as they do.
"""

OWN_PROBES = re.compile(r"/_stcore/(health|host-config)$")
"""Streamlit asks for these below the page's own path first, and is told that they are not there."""

CUT = """() => [...document.querySelectorAll('.tl-value, .tl-label, .tl-facts-line, .tl-chart-title, .tl-chart-note')]
    .filter(each => each.scrollWidth > each.clientWidth + 1).map(each => each.innerText)"""
UNSAID = """() => [...document.querySelectorAll('.js-plotly-plot')]
    .map(each => each.closest('[role=figure], [role=img]')?.ariaLabel || '')
    .filter(words => words.length < 20).length"""
WITHOUT_DATA = """() => [...document.querySelectorAll('[class*="st-key-chart-"]')]
    .filter(each => each.querySelector('.js-plotly-plot') && !each.querySelector('[class*="st-key-data-"] button'))
    .map(each => each.className)"""


@dataclass
class Seen:
    """What one visit found."""

    title: str = ""
    values: list[str] = field(default_factory=list)
    figures: int = 0
    errors: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)
    overflow: int = 0
    unsaid: int = 0
    without_data: list[str] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)


def listen(page: Page, complaints: list[str]) -> None:
    """Collect what the console and the page complain of."""
    page.on("pageerror", lambda error: complaints.append(str(error)))

    def note(message: Any) -> None:
        url = message.location.get("url", "")
        if message.type == "error" and not OWN_PROBES.search(url):
            complaints.append(f"{message.text} {url}")

    page.on("console", note)


def visitor(browser: Browser, address: str) -> Callable[[PageEntry, Role, Look], Seen]:
    """Return what visits a page once in a look, in one context per look, and remembers."""
    contexts: dict[Look, BrowserContext] = {}
    known: dict[tuple[str, Role, Look], Seen] = {}

    def visit(entry: PageEntry, role: Role, look: Look) -> Seen:
        if (entry.name, role, look) not in known:
            width, scheme = SIZES[look]
            if look not in contexts:
                contexts[look] = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
            page = contexts[look].new_page()
            known[entry.name, role, look] = look_around(page, f"{address}/{entry.name}?view={role.capitalize()}", look)
            page.screenshot(path=picture(entry, role, look))
            page.close()
        return known[entry.name, role, look]

    return visit


def picture(entry: PageEntry, role: Role, look: Look) -> Path:
    """Return where the picture of a visit is kept."""
    ARTEFACTS.mkdir(exist_ok=True)
    suffix = "" if role == entry.roles[0] else f"_{role}"
    return ARTEFACTS / f"{entry.name}{suffix}_{look}.png"


def look_around(page: Page, url: str, look: Look) -> Seen:
    """Open a page and note what is there."""
    seen = Seen()
    listen(page, seen.complaints)
    page.goto(url)
    rest(page)
    whole(page)
    seen.title = page.locator("h1").inner_text()
    seen.values = page.locator(".tl-value").all_inner_texts()
    seen.figures = page.locator(".js-plotly-plot .main-svg").count()
    seen.errors = page.locator(".tl-error, [data-testid=stException]").all_inner_texts()
    seen.cut = page.evaluate(CUT)
    seen.overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    seen.unsaid = page.evaluate(UNSAID)
    seen.without_data = page.evaluate(WITHOUT_DATA)
    if look != "phone":
        seen.findings = findings(page)
    return seen


def findings(page: Page) -> list[str]:
    """Return what axe finds that is serious or critical, each with where."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']} ({each['impact']}): {each['help']}: {node['target']}"
        for each in found
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"][:3]
    ]
