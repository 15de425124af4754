"""The dashboards as a reader meets them: served on the loopback, looked at with Chromium."""

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import polars as pl
import pytest
from playwright.sync_api import Page, expect

from dashboards.navigation import PageEntry
from dashboards.scope import Role
from pipelines import generations
from tests.browser.conftest import Open, Visit
from tests.browser.serving import rest, served
from tests.browser.visits import SEEN, Look
from tests.conftest import Project

pytestmark = pytest.mark.browser


def values(page: Page) -> list[str]:
    return page.locator(".tl-value").all_inner_texts()


CLICKS = 5


def choose(page: Page, key: str, option: str) -> None:
    """Pick an option of a select box or a multiselect and wait for the page to come to rest.

    A click is tried again where it was lost: the list lays itself out once more while it opens (it is virtualised: 11
    options, then 9), so that the option moves away under the pointer (measured, 2026-11-22).
    """
    before = page.url
    for _ in range(CLICKS):
        page.locator(f".st-key-{key} input").first.click()
        page.get_by_role("option", name=option, exact=True).first.click()
        page.keyboard.press("Escape")
        rest(page)
        if page.url != before:
            return
        page.wait_for_timeout(1_000)
    raise AssertionError(f"Expected {option!r} of {key!r} in the address, found {page.url}.")


def named(opening: tuple[PageEntry, Role, Look]) -> str:
    return "-".join((opening[0].name, *opening[1:]))


@pytest.mark.parametrize("opening", SEEN, ids=named)
def test_a_page_shows_what_it_has_without_a_complaint(visit: Visit, opening: tuple[PageEntry, Role, Look]) -> None:
    """Its picture is kept in tests/browser/artefacts."""
    seen = visit(*opening)
    assert seen.title == opening[0].title
    assert seen.errors == []
    assert seen.complaints == []
    assert seen.values or seen.figures or opening[0].audience == "analyst"


@pytest.mark.parametrize("opening", SEEN, ids=named)
def test_nothing_is_cut_off_and_nothing_reaches_over_the_edge(
    visit: Visit, opening: tuple[PageEntry, Role, Look]
) -> None:
    seen = visit(*opening)
    assert seen.cut == []
    assert seen.overflow == 0


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
    choose(page, "view", "Analyst")
    expect(page.locator("h1")).to_have_text("SQL")
    expect(page.get_by_text("Page not found")).to_have_count(0)


def test_the_definition_opens_with_formula_and_receipt(open_page: Open) -> None:
    page = open_page()
    page.locator(".st-key-tile-selection_rate").get_by_role("button", name="Definition").click()
    definition = page.locator(".tl-definition:visible")
    expect(definition).to_contain_text("Formula")
    expect(definition).to_contain_text("As of")
    definition.locator("summary").click()
    expect(definition.locator("pre")).to_contain_text("fct_applications")


def said(text: str) -> int:
    """Return how many rows a dialog says that there are."""
    found = re.search(r"of ([\d,]+) rows? counted|([\d,]+) rows?", text)
    assert found is not None, text
    return int((found[1] or found[2]).replace(",", ""))


READERS: dict[str, Callable[[Path], pl.DataFrame]] = {
    "CSV": pl.read_csv,
    "Excel": pl.read_excel,
    "Parquet": pl.read_parquet,
}


def test_the_rows_behind_a_tile_open_page_on_and_download_whole(open_page: Open) -> None:
    page = open_page("/pipeline?period=Last+36+months")
    page.locator(".st-key-rows-selection_rate button").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("counted")
    expect(dialog).to_contain_text("Last 36 months")
    rest(page)
    total = said(dialog.inner_text())
    assert total > 200, "more than one page"
    first = dialog.locator("[data-testid=stDataFrame] table").inner_text()
    dialog.locator(".st-key-rows-page-selection_rate").get_by_role("button", name="Page 2", exact=True).click()
    expect(dialog.locator("[data-testid=stDataFrame] table")).not_to_have_text(first)
    rest(page)
    for kind, read in READERS.items():
        with page.expect_download() as download:
            dialog.get_by_role("button", name=kind, exact=True).click()
        rows = read(Path(download.value.path()))
        assert rows.height == total, kind
        assert f"{rows['is_counted'].sum():,} of {total:,} rows counted" in dialog.inner_text()


def test_a_chart_is_saved_as_a_picture(open_page: Open) -> None:
    page = open_page("/pipeline")
    for name, begins in (("PNG", b"\x89PNG"), ("SVG", b"<svg")):
        page.locator(".st-key-data-funnel button").click()
        with page.expect_download() as download:
            page.locator(".tl-pictures:visible").get_by_role("button", name=re.compile(f"as {name}")).click()
        assert Path(download.value.path()).read_bytes().startswith(begins)
        assert download.value.suggested_filename == f"funnel.{name.lower()}"


def test_a_link_brings_back_filters_lens_and_the_control_of_the_page(open_page: Open, address: str) -> None:
    page = open_page("/hire_through?category=Sales&period=Last+36+months&lens=Cohort&window=6+months&by=Category")
    expect(page.locator(".st-key-category")).to_contain_text("Sales")
    again = open_page(page.url.removeprefix(address))
    assert values(again) == values(page)
    lens = open_page("/pipeline?lens=Activity&category=Sales")
    assert values(lens) != values(open_page("/pipeline?category=Sales"))
    assert "lens=Activity" in lens.url


def without_sales(published: Path) -> None:
    """Publish a generation in which nobody applied for sales: a new file, then the pointer, as ``publish`` does."""
    now = generations.current(published)
    assert now is not None
    later = replace(now, generation="29990101T000000Z-later")
    folder = generations.folder_of(published, later.generation)
    folder.mkdir(parents=True)
    shutil.copyfile(published / now.path, folder / generations.FILE)
    (folder / generations.FILE).chmod(0o644)
    with duckdb.connect(str(folder / generations.FILE)) as connection:
        # Not deleted: the persons must add up to the group counts of the same generation.
        connection.execute("update marts.fct_applications set category = 'data' where category = 'sales'")
    generations.write_facts(folder, later)
    generations.make_current(published, later)


def test_an_open_session_moves_to_a_new_generation_and_keeps_its_filters(
    open_page: Open, tiny: Project, tmp_path: Path
) -> None:
    copy = tiny.copy_to(tmp_path)
    with served(copy.data) as address:
        page = open_page("/pipeline?category=Sales&period=Last+36+months", at=address)
        before = values(page)
        assert before[0] != "0"
        page.evaluate("window.isSameTab = true")
        without_sales(copy.data / "published")
        # The employer's extract of the new generation is cut on the way.
        expect(page.locator(".st-key-tile-applications .tl-value")).to_have_text("0", timeout=60_000)
        rest(page)
        assert page.evaluate("window.isSameTab"), "no reload"
        assert "category=Sales" in page.url
        expect(page.locator(".st-key-category")).to_contain_text("Sales")


def test_the_data_behind_a_chart_open(open_page: Open) -> None:
    page = open_page()
    page.locator(".st-key-chart-funnel").get_by_role("button", name="Data").click()
    expect(page.locator(".tl-summary:visible")).to_contain_text("Furthest stage reached")
    expect(page.locator("[data-testid=stPopoverBody]").get_by_role("button", name="Parquet")).to_be_visible()


def test_a_chart_has_words_for_those_who_do_not_see_it(open_page: Open) -> None:
    page = open_page("/hire_through")
    named = page.locator(".st-key-chart-curve").get_by_role("figure")
    assert "Cumulative incidence" in (named.first.get_attribute("aria-label") or "")
