"""Can everybody use the pages? axe's rules, the way through a page by keyboard, words for what is drawn."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from dashboards.navigation import PageEntry
from dashboards.scope import Role
from tests.browser.conftest import Open, Visit
from tests.browser.serving import rest
from tests.browser.visits import SEEN, Look, findings

pytestmark = pytest.mark.browser

JUDGED = [each for each in SEEN if each[2] != "phone"]


def named(opening: tuple[PageEntry, Role, Look]) -> str:
    return "-".join((opening[0].name, *opening[1:]))


@pytest.mark.parametrize("opening", JUDGED, ids=named)
def test_axe_finds_nothing_serious(visit: Visit, opening: tuple[PageEntry, Role, Look]) -> None:
    assert visit(*opening).findings == []


@pytest.mark.parametrize("opening", [each for each in JUDGED if each[2] == "wide"], ids=named)
def test_each_chart_is_told_in_words_and_has_its_table(visit: Visit, opening: tuple[PageEntry, Role, Look]) -> None:
    seen = visit(*opening)
    assert seen.unsaid == 0
    assert seen.without_data == []


def test_axe_would_find_what_is_wrong(open_page: Open) -> None:
    page = open_page()
    page.evaluate("document.querySelector('h1').innerHTML = '<img src=x><a href=x style=\"color:#ccc\">pale</a>'")
    assert {each.split(" ")[0] for each in findings(page)} >= {"image-alt", "color-contrast"}


def test_axe_finds_nothing_in_the_dialog_of_rows(open_page: Open) -> None:
    page = open_page()
    page.locator(".st-key-rows-selection_rate button").click()
    expect(page.get_by_role("dialog")).to_contain_text("counted")
    rest(page)
    assert findings(page) == []


def press_until(page: Page, reached: Callable[[], bool], key: str = "Tab", most: int = 80) -> None:
    """Press a key until something holds; fail where it never does."""
    for _ in range(most):
        if reached():
            return
        page.keyboard.press(key)
    raise AssertionError(f"not reached within {most} times {key}: {page.evaluate('document.activeElement.outerHTML')}")


def is_within(page: Page, selector: str) -> Callable[[], bool]:
    return lambda: bool(page.evaluate("chosen => !!document.activeElement.closest(chosen)", selector))


def test_a_filter_is_set_by_keyboard(open_page: Open) -> None:
    page = open_page()
    press_until(page, is_within(page, ".st-key-period"))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**period=**")
    press_until(page, is_within(page, ".st-key-category"))
    page.keyboard.type("Sales")
    page.keyboard.press("Enter")
    page.wait_for_url("**category=Sales**")
    rest(page)


def test_a_definition_opens_and_closes_by_keyboard(open_page: Open) -> None:
    page = open_page()
    press_until(page, is_within(page, ".st-key-definition-selection_rate"))
    page.keyboard.press("Enter")
    expect(page.locator(".tl-definition:visible")).to_contain_text("Formula")
    page.keyboard.press("Escape")
    expect(page.locator(".tl-definition:visible")).to_have_count(0)


def test_rows_open_page_on_and_close_by_keyboard_and_focus_comes_back(open_page: Open) -> None:
    page = open_page()
    press_until(page, is_within(page, ".st-key-rows-applications"))
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("[data-testid=stDataFrame]")).to_be_visible()
    rest(page)
    assert is_within(page, "[role=dialog]")(), "focus goes into the dialog"
    press_until(page, is_within(page, ".st-key-rows-page-applications"))
    pages = page.locator(".st-key-rows-page-applications")
    second = pages.get_by_role("button", name="Page 2", exact=True)
    press_until(page, lambda: second.evaluate("each => each === document.activeElement"))
    page.keyboard.press("Enter")
    expect(pages.locator("[aria-current]")).to_have_text("2")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    rest(page)
    assert is_within(page, ".st-key-rows-applications")(), "focus comes back to the button"


def test_the_data_of_a_chart_open_by_keyboard(open_page: Open) -> None:
    page = open_page()
    press_until(page, is_within(page, ".st-key-data-funnel"), most=120)
    page.keyboard.press("Enter")
    expect(page.locator(".tl-summary:visible")).to_contain_text("Furthest stage reached")
