"""Two employers in two browsers at once: what the server sends to one holds nothing of the other's canary."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, WebSocket

from tests.browser.identity import Site, Visitors, site_of
from tests.browser.serving import rest
from tests.conftest import Project
from tests.dashboards.people import grant, write_access
from tests.security.canaries import canaries, marketplace_with
from tests.security.marks import Marks
from tests.security.viewers import SAMPLE

pytestmark = pytest.mark.browser

PEOPLE = {"ada": "E00901", "bea": "E00903"}
PAGES = ("projects", "talent_pool")


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return marketplace_with(tmp_path_factory, tuple(canaries(SAMPLE)))


@pytest.fixture(scope="module")
def marks(market: Project) -> Marks:
    return Marks(canaries(SAMPLE), market.published)


@pytest.fixture(scope="module")
def site(market: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site_of(market.data, tmp_path_factory.mktemp("canaries")) as found:
        yield found


class Wire:
    """A person's browser, and every byte that the server sends to its pages."""

    def __init__(self, visitors: Visitors, subject: str) -> None:
        self.received: list[bytes] = []
        context = visitors.stranger()
        context.on("page", lambda page: page.on("websocket", self._listen))
        self.page = visitors.sign_in(subject, context=context)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda data: self.received.append(data.encode() if isinstance(data, str) else data))

    def hosts(self, marks: Marks) -> set[str]:
        """Return the hosts whose words or names were received."""
        return {host for data in self.received for mark in marks.seen_in_bytes(data) for host in mark.owners}


def test_no_byte_that_one_employer_receives_is_another_ones(visitors: Visitors, site: Site, marks: Marks) -> None:
    write_access(
        site.access, grant("ada@a.example", "employer", ["E00901"]), grant("bea@b.example", "employer", ["E00903"])
    )
    wires = {subject: Wire(visitors, subject) for subject in PEOPLE}
    for name in PAGES:
        for subject, wire in wires.items():
            other = next(host for host in PEOPLE.values() if host != PEOPLE[subject])
            wire.page.goto(f"{site.address}/{name}?employer={other}&view=Leadership")
            rest(wire.page)
            wire.page.go_back()
            rest(wire.page)
    for subject, wire in wires.items():
        assert wire.hosts(marks) == {PEOPLE[subject]}
    for subject, file in {subject: download(wire.page, site) for subject, wire in wires.items()}.items():
        assert {host for mark in marks.seen_in_bytes(file) for host in mark.owners} == {PEOPLE[subject]}


def download(page: Page, site: Site) -> bytes:
    """Return the rows of the projects as they are saved."""
    page.goto(f"{site.address}/projects")
    rest(page)
    page.locator(".st-key-rows-projects_posted button").click()
    with page.expect_download() as saved:
        page.get_by_role("dialog").get_by_role("button", name="CSV").click()
    return saved.value.path().read_bytes()
