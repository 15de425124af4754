"""Files that a browser takes: each is in the audit log, and none passes by it."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from dashboards.audit import Log, audit_key, statement_hash, verify

pytestmark = pytest.mark.browser
STATEMENT = "select range as n from range(12)"


def test_a_file_that_is_taken_is_recorded_by_the_thread_that_makes_it(
    open_page: Callable[..., Page], audited: Path
) -> None:
    page = open_page(f"/sql?view=Analyst&q={quote(STATEMENT)}")
    page.locator(".st-key-run-statement button").click()
    page.locator(".st-key-sql-result").get_by_text("12 rows in").wait_for()
    with page.expect_download() as taken:
        page.locator(".st-key-sql-result").get_by_role("button", name="CSV", exact=True).click()
    assert taken.value.path().read_text().split()[:2] == ["n", "0"]
    log = Log(audited, audit_key())
    subject = statement_hash(STATEMENT)
    found = [entry for entry in log.entries() if subject in entry["subject"]]
    assert [(entry["action"], entry["rows"], entry["is_export"]) for entry in found] == [
        ("sql", 12, False),
        ("export", 12, True),
    ]
    verify(log)


def test_a_table_offers_no_file_of_its_own(open_page: Callable[..., Page]) -> None:
    page = open_page("/sql?view=Analyst")
    frame = page.locator("[data-testid=stDataFrame]").first
    frame.scroll_into_view_if_needed()
    frame.hover()
    expect(page.get_by_role("button", name="Fullscreen: Tables")).to_be_visible()
    expect(page.get_by_role("button", name="Download as CSV: Tables")).to_be_hidden()
