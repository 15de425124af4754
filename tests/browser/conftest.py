"""A served app on the tiny marketplace, a browser to look at it with, and visits that tests share."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from dashboards.navigation import PageEntry
from dashboards.scope import Role
from tests.browser.identity import Site, Visitors
from tests.browser.serving import ARGUMENTS, MISSING, chromium, rest, served
from tests.browser.visits import Look, Seen, listen, visitor
from tests.conftest import Project

Open = Callable[..., Page]
Visit = Callable[[PageEntry, Role, Look], Seen]

expect.set_options(timeout=20_000)  # a busy machine draws a page in more than the five seconds of Playwright


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = chromium()
    if found is None:
        pytest.skip(MISSING)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def address(tiny: Project) -> Iterator[str]:
    """Return the address at which the app shows the tiny marketplace."""
    with served(tiny.data) as found:
        yield found


@pytest.fixture(scope="session")
def visit(browser: Browser, address: str) -> Visit:
    """Return what visits a page once in a look and remembers what it saw."""
    return visitor(browser, address)


@pytest.fixture
def visitors(browser: Browser, site: Site) -> Iterator[Visitors]:
    """Return the people who visit a module's own ``site``, each in a browser context of their own."""
    found = Visitors(browser, site)
    yield found
    found.close()


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Open]:
    """Return what opens a path in a fresh context and collects what the console complains of."""
    contexts = []

    def opened(path: str = "/", width: int = 1440, scheme: str = "light", at: str = address) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.complaints = []  # type: ignore[attr-defined]
        listen(page, page.complaints)  # type: ignore[attr-defined]
        page.goto(at + path)
        rest(page)
        return page

    yield opened
    for context in contexts:
        context.close()
