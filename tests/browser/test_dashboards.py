"""The dashboards as a reader meets them: served on the loopback, looked at with Chromium."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboards.navigation import PAGES, PageEntry
from tests.browser.serving import rest, whole

pytestmark = pytest.mark.browser

COUNTING = [page for page in PAGES if page.audience != "analyst"]
ARTEFACTS = Path(__file__).parent / "artefacts"
OWN_PROBES = re.compile(r"/_stcore/(health|host-config)$")
"""Streamlit asks for these below the page's own path first, and is told that they are not there."""

Open = Callable[..., Page]
VARIANTS = [("wide", 1440, "light"), ("phone", 390, "light"), ("dark", 1440, "dark")]


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Open]:
    """Return what opens a path in a fresh context and collects what the console complains of."""
    contexts = []

    def opened(path: str = "/", width: int = 1440, scheme: str = "light") -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.complaints = []  # type: ignore[attr-defined]
        page.on("pageerror", lambda error: page.complaints.append(str(error)))  # type: ignore[attr-defined]
        page.on("console", lambda message: note(page, message.type, message.text, message.location.get("url", "")))
        page.goto(address + path)
        rest(page)
        return page

    def note(page: Page, kind: str, text: str, url: str) -> None:
        if kind == "error" and not OWN_PROBES.search(url):
            page.complaints.append(f"{text} {url}")  # type: ignore[attr-defined]

    yield opened
    for context in contexts:
        context.close()


def values(page: Page) -> list[str]:
    return page.locator(".tl-value").all_inner_texts()


def choose(page: Page, key: str, option: str) -> None:
    """Pick an option of a select box or a multiselect and wait for the page to come to rest."""
    page.locator(f".st-key-{key} input").first.click()
    page.get_by_role("option", name=option, exact=True).first.click()
    page.keyboard.press("Escape")
    rest(page)


@pytest.mark.parametrize("entry", COUNTING, ids=lambda entry: entry.name)
@pytest.mark.parametrize(("name", "width", "scheme"), VARIANTS)
def test_a_page_shows_its_numbers_without_a_complaint(
    open_page: Open, entry: PageEntry, name: str, width: int, scheme: str
) -> None:
    page = open_page(f"/{entry.name}?view={entry.roles[0].capitalize()}", width, scheme)
    expect(page.locator("h1")).to_have_text(entry.title)
    assert len(values(page)) >= 5
    expect(page.get_by_text("Page not found")).to_have_count(0)
    whole(page)
    ARTEFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTEFACTS / f"{entry.name}_{name}.png")
    assert page.locator(".js-plotly-plot .main-svg").count() >= 3
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    assert page.complaints == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("entry", COUNTING, ids=lambda entry: entry.name)
@pytest.mark.parametrize("width", [1440, 390])
def test_no_number_is_cut_off(open_page: Open, entry: PageEntry, width: int) -> None:
    page = open_page(f"/{entry.name}?view={entry.roles[0].capitalize()}", width)
    cut = page.evaluate(
        """() => [...document.querySelectorAll('.tl-value, .tl-label, .tl-facts-line, .tl-chart-title')]
            .filter(each => each.scrollWidth > each.clientWidth + 1).map(each => each.innerText)"""
    )
    assert cut == []


def test_another_employer_shows_other_numbers(open_page: Open) -> None:
    page = open_page()
    before, who = values(page), page.locator(".tl-who").inner_text()
    page.locator(".st-key-employer input").click()
    page.get_by_role("option").nth(1).click()
    expect(page.locator(".tl-who")).not_to_have_text(who)
    rest(page)
    assert values(page) != before


def test_a_filter_is_in_the_address_and_a_link_brings_it_back(open_page: Open, address: str) -> None:
    page = open_page()
    before = values(page)
    choose(page, "category", "Sales")
    expect(page.locator(".tl-value").first).not_to_have_text(before[0])
    assert "category=Sales" in page.url
    again = open_page(page.url.removeprefix(address))
    assert values(again) == values(page)
    expect(again.locator(".st-key-category")).to_contain_text("Sales")


def test_filters_stay_when_the_page_changes(open_page: Open) -> None:
    page = open_page("/?category=Sales&period=Last+24+months")
    page.get_by_role("link", name="Hire-through").click()
    expect(page.locator("h1")).to_have_text("Hire-through")
    rest(page)
    assert "category=Sales" in page.url
    assert "period=Last+24+months" in page.url
    expect(page.locator(".st-key-category")).to_contain_text("Sales")


def test_filters_survive_a_visit_to_a_page_that_has_none(open_page: Open) -> None:
    page = open_page("/?view=Leadership&category=Sales")
    filtered = values(page)
    page.get_by_role("link", name="Data health").click()
    expect(page.locator("h1")).to_have_text("Data health")
    rest(page)
    expect(page.locator(".st-key-filter-bar-hidden")).to_be_hidden()
    page.get_by_role("link", name="Marketplace health").click()
    expect(page.locator("h1")).to_have_text("Marketplace health")
    rest(page)
    assert values(page) == filtered


def test_another_role_lands_on_its_own_page(open_page: Open) -> None:
    page = open_page("/hire_through")
    choose(page, "view", "Leadership")
    expect(page.locator("h1")).to_have_text("Marketplace health")
    expect(page.get_by_text("Page not found")).to_have_count(0)


def test_the_definition_opens_with_formula_and_receipt(open_page: Open) -> None:
    page = open_page()
    page.locator(".st-key-tile-selection_rate").get_by_role("button", name="Definition").click()
    definition = page.locator(".tl-definition:visible")
    expect(definition).to_contain_text("Formula")
    expect(definition).to_contain_text("As of")
    definition.locator("summary").click()
    expect(definition.locator("pre")).to_contain_text("fct_applications")


def test_the_rows_behind_a_tile_open_and_download(open_page: Open) -> None:
    page = open_page()
    page.locator(".st-key-tile-selection_rate").get_by_role("button", name="Rows").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("counted")
    expect(dialog.locator("[data-testid=stDataFrame]")).to_be_visible()
    with page.expect_download() as download:
        dialog.get_by_role("button", name="CSV", exact=True).click()
    lines = Path(download.value.path()).read_text().splitlines()
    said = dialog.inner_text()
    total = re.search(r"of ([\d,]+) rows? counted", said)
    assert total is not None
    assert len(lines) == int(total[1].replace(",", "")) + 1


def test_the_data_behind_a_chart_open(open_page: Open) -> None:
    page = open_page()
    page.locator(".st-key-chart-funnel").get_by_role("button", name="Data").click()
    expect(page.locator(".tl-summary:visible")).to_contain_text("Furthest stage reached")
    expect(page.locator("[data-testid=stPopoverBody]").get_by_role("button", name="Parquet")).to_be_visible()


def test_a_chart_has_words_for_those_who_do_not_see_it(open_page: Open) -> None:
    page = open_page("/hire_through")
    named = page.locator(".st-key-chart-curve").get_by_role("figure")
    assert "Cumulative incidence" in (named.first.get_attribute("aria-label") or "")


def test_the_page_works_by_keyboard(open_page: Open) -> None:
    page = open_page()
    focused = []
    for _ in range(40):
        page.keyboard.press("Tab")
        focused.append(page.evaluate("document.activeElement.innerText || document.activeElement.ariaLabel || ''"))
    assert any("Definition" in each for each in focused)
    assert any("Rows" in each for each in focused)
