"""A served app on the tiny marketplace, and a browser to look at it with."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.serving import ARGUMENTS, MISSING, chromium, served
from tests.conftest import Project


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
