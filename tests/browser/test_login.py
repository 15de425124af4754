"""The login end to end: Chromium, the dashboards, and a real OpenID Connect provider on this machine."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from dashboards.database import current_generation
from dashboards.slices.people import hosts
from tests.browser.identity import Site, Visitors, held_by, site_of, words_of
from tests.browser.serving import rest
from tests.browser.visits import listen
from tests.conftest import Project
from tests.dashboards.people import grant, write_access

pytestmark = pytest.mark.browser

SECONDS_TO_BE_OUT = 60
ADA, BEA = "ada@a.example", "bea@b.example"
NAVIGATION = "[data-testid=stSidebarNavItems], [data-testid=stSidebarNavLink]"
BY_CLAIM = '[[grant]]\nclaim = { name = "groups", value = "data" }\nrole = "analyst"\n'


@pytest.fixture(scope="module")
def site(tiny: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site_of(tiny.data, tmp_path_factory.mktemp("login")) as found:
        yield found


@pytest.fixture(scope="module")
def known(tiny: Project) -> dict[str, str]:
    """Return host id -> name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("THROUGHLINE_PUBLISHED", str(tiny.data / "published"))
        return dict(hosts(current_generation()).select("host_id", "host_name").iter_rows())


def is_held_back(page: Page, file: str) -> bool:
    """Tell whether the guard answers in Streamlit's place: Streamlit says "File not found" of one that is gone."""
    answer = page.request.get(file)
    return answer.status == 404 and answer.text() == "Not found"


def who(page: Page) -> str:
    return page.locator(".tl-who").inner_text()


def buttons(page: Page) -> list[str]:
    """Return the words of every button and link, but the logo and what leads past the navigation by keyboard."""
    found = page.locator("button:not([data-testid=stLogoLink]), [role=button], a[href]").all()
    words = [each.inner_text().split("\n")[-1] for each in found]
    return [each for each in words if each != "Skip to main content"]


def seconds_until_out(page: Page, words: str) -> float:
    """Return after how many seconds a page that nobody touches has become the page of those who may not look."""
    started = time.monotonic()
    expect(page.locator(".tl-gate")).to_contain_text(words, timeout=(SECONDS_TO_BE_OUT + 5) * 1000)
    return time.monotonic() - started


def assert_nothing_of_the_data(page: Page, known: dict[str, str]) -> None:
    rest(page)
    expect(page.locator(f"{NAVIGATION}, .tl-value, .js-plotly-plot, table")).to_have_count(0)
    assert "".join(page.locator("[data-testid=stSidebar]").all_inner_texts()).strip() == "", "at most its empty frame"
    assert held_by([*known.values(), *known, "Data as of", "Synthetic"], words_of(page)) == []
    assert page.title() == "Throughline"


def test_an_employer_sees_its_own_alone_and_lands_where_the_link_led(
    visitors: Visitors, site: Site, known: dict[str, str]
) -> None:
    own, other, *_ = known
    write_access(site.access, grant(ADA, "employer", [own]), grant(BEA, "employer", [other]))
    link = f"/hire_through?period=Last+24+months&view=Leadership&employer={other}"
    page = visitors.sign_in("ada", link)
    assert page.url.startswith(f"{site.address}/hire_through?")
    assert "period=Last+24+months" in page.url
    assert who(page) == known[own]
    words = words_of(page)
    assert ADA in words
    assert held_by([name for host, name in known.items() if host != own], words) == []
    assert page.get_by_text("View as").count() == 0
    assert who(visitors.sign_in("bea", link)) == known[other], "a control: the link's employer sees itself"


def test_who_has_not_signed_in_sees_a_button_and_a_sentence(
    visitors: Visitors, site: Site, known: dict[str, str]
) -> None:
    page = visitors.open("/pipeline")
    assert page.locator(".tl-gate").inner_text().split("\n")[-1] == "Please log in to see the dashboards."
    assert buttons(page) == ["Log in"]
    assert_nothing_of_the_data(page, known)


@pytest.mark.parametrize("subject", ["eve", "mallory"])
def test_an_unknown_person_sees_whom_to_ask_and_nothing_else(
    visitors: Visitors, site: Site, known: dict[str, str], subject: str
) -> None:
    """Mallory says to have Ada's address, which the provider has not verified."""
    write_access(site.access, grant(ADA, "leadership"))
    page = visitors.sign_in(subject, f"/roi?employer={next(iter(known))}")
    name = {"eve": "eve@x.example", "mallory": "ada@a.example (mallory)"}[subject]
    told = page.locator(".tl-gate p").inner_text()
    assert told == f"You are signed in as {name}, but no access has been granted. Ask the data team."
    assert buttons(page) == ["Log out"]
    assert_nothing_of_the_data(page, known)
    assert not [each for each in words_of(page).replace(name, "") if each.isdigit()]


def test_a_grant_that_is_removed_ends_an_open_session(visitors: Visitors, site: Site, known: dict[str, str]) -> None:
    own = next(iter(known))
    write_access(site.access, grant(ADA, "employer", [own]))
    page = visitors.sign_in("ada", "/projects")
    assert page.locator(".tl-value").count() > 0
    write_access(site.access)
    assert seconds_until_out(page, "no access has been granted") < SECONDS_TO_BE_OUT
    assert_nothing_of_the_data(page, known)
    write_access(site.access, grant(ADA, "employer", [own]))
    expect(page.locator("h1")).to_have_text("Projects", timeout=30_000)


def test_a_grant_that_expires_ends_an_open_session(visitors: Visitors, site: Site, known: dict[str, str]) -> None:
    own = next(iter(known))
    write_access(site.access, grant(ADA, "employer", [own], more="expires = 2020-01-01"))
    page = visitors.sign_in("ada")
    assert "no access has been granted" in page.locator(".tl-gate").inner_text()
    ends = datetime.now(UTC) + timedelta(seconds=15)
    write_access(site.access, grant(ADA, "employer", [own], more=f"expires = {ends.isoformat()}"))
    expect(page.locator(".tl-who")).to_have_text(known[own], timeout=14_000)
    assert seconds_until_out(page, "no access has been granted") < SECONDS_TO_BE_OUT


def test_a_sign_in_that_is_too_old_has_to_be_renewed(visitors: Visitors, site: Site) -> None:
    write_access(site.access, grant(ADA, "leadership"))
    page = visitors.sign_in("ada", "/employers")
    write_access(site.access, grant(ADA, "leadership"), head="session_hours = 0.0001")
    assert seconds_until_out(page, "Your session has ended. Please log in again.") < SECONDS_TO_BE_OUT
    write_access(site.access, grant(ADA, "leadership"))
    page.reload()
    rest(page)
    assert page.locator("h1").inner_text() == "Employers"


def test_a_claim_lets_in_whom_it_means(visitors: Visitors, site: Site) -> None:
    write_access(site.access, BY_CLAIM)
    page = visitors.sign_in("cleo")
    assert page.locator("h1").inner_text() == "SQL"
    assert "Cleo (cleo)" in page.locator(".tl-signed-in").inner_text()


def test_logging_out_ends_every_tab_and_closes_the_files(visitors: Visitors, site: Site, known: dict[str, str]) -> None:
    write_access(site.access, grant(ADA, "employer", [next(iter(known))]))
    page = visitors.sign_in("ada")
    other = visitors.open("/pipeline", page.context)
    other.locator(".st-key-rows-applications button").click()
    with other.expect_download() as taken:
        other.get_by_role("dialog").get_by_role("button", name="CSV", exact=True).click()
    file, kept = taken.value.url, page.context.cookies()
    assert "/media/" in file
    assert taken.value.path().read_text().startswith("is_counted,"), "a control: its owner is given the file"
    assert not is_held_back(page, file), "the guard lets its owner pass, whether Streamlit still has the file or not"
    assert is_held_back(visitors.stranger().new_page(), file)
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/oauth2/end_session**")
    assert seconds_until_out(other, "You have logged out.") < SECONDS_TO_BE_OUT
    stolen = visitors.stranger()
    stolen.add_cookies(kept)  # type: ignore[arg-type]
    assert is_held_back(stolen.new_page(), file), "a copy of the cookie is worth nothing after the logout"
    again = visitors.sign_in("ada", context=page.context)
    assert again.locator(".tl-who").count() == 1


def test_the_server_s_own_numbers_are_for_nobody_and_answers_have_safe_headers(visitors: Visitors, site: Site) -> None:
    request = visitors.stranger().request
    assert request.get(f"{site.address}/_stcore/metrics").status == 404
    assert request.get(f"{site.address}/_stcore/agent/openapi.json").status == 404
    answer = request.get(f"{site.address}/pipeline")
    assert answer.status == 200
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_page_of_the_login_does_not_complain(visitors: Visitors, site: Site) -> None:
    complaints: list[str] = []
    page = visitors.stranger().new_page()
    listen(page, complaints)
    page.goto(site.address)
    rest(page)
    assert complaints == []
    assert page.locator(".tl-error, [data-testid=stException]").count() == 0
