"""The dashboards as the internet meets them: under their own headers, and behind dashboards/deploy/nginx.conf."""

import re
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from dashboards.access.guard import HEADERS
from tests.browser.conftest import Open
from tests.browser.identity import Site, log_in, provider
from tests.browser.proxying import NAME, Proxy, proxied
from tests.browser.serving import ARGUMENTS, chromium, free_port, rest, served, server_of
from tests.browser.visits import listen
from tests.conftest import Project
from tests.dashboards.people import AUTH, grant, write_access

pytestmark = pytest.mark.browser

INJECTED = """() => {
    const script = document.createElement("script");
    script.textContent = "window.isTaken = true";
    document.body.append(script);
    return window.isTaken === true;
}"""
SEND_AWAY = """address => fetch(address, {mode: "no-cors"}).catch(() => null).then(() => null)"""
UPGRADE = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec_WebSocket_Version": "13"}
SOCKET = {**UPGRADE, "Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ=="}


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[str]]]:
    """Return the address of another site, and the paths that it is asked for."""
    asked: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Listener) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


def test_the_policy_stops_a_foreign_script_and_what_would_carry_data_away(
    open_page: Open, browser: Browser, address: str, elsewhere: tuple[str, list[str]]
) -> None:
    """That the pages live under it is what the other browser tests show: each asks that the console is silent."""
    away, asked = elsewhere
    guarded = open_page("/pipeline")
    assert guarded.complaints == []  # type: ignore[attr-defined]
    assert not guarded.evaluate(INJECTED)
    guarded.evaluate(SEND_AWAY, f"{away}/guarded")
    lax = browser.new_page(bypass_csp=True)
    lax.goto(f"{address}/pipeline")
    rest(lax)
    assert lax.evaluate(INJECTED), "without the policy it runs"
    lax.evaluate(SEND_AWAY, f"{away}/lax")
    assert asked == ["/lax"], "sent without the policy alone"
    lax.close()


@pytest.fixture(scope="module")
def replicas(tiny: Project) -> Iterator[list[str]]:
    with served(tiny.data) as first, served(tiny.data) as second:
        yield [first, second]


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory, replicas: list[str]) -> Iterator[Proxy]:
    """Return nginx in front of two replicas."""
    with proxied(tmp_path_factory.mktemp("nginx"), replicas) as found:
        yield found


@pytest.fixture
def outside(browser: Browser) -> Iterator[Page]:
    """Return a page of a browser for which the name leads to this machine."""
    resolving = f"--host-resolver-rules=MAP {NAME} 127.0.0.1"
    launched = browser.browser_type.launch(executable_path=chromium(), args=[*ARGUMENTS, resolving])
    page = launched.new_context(ignore_https_errors=True, viewport={"width": 1440, "height": 900}).new_page()
    page.complaints = []  # type: ignore[attr-defined]
    listen(page, page.complaints)  # type: ignore[attr-defined]
    yield page
    launched.close()


def test_a_login_passes_through_and_leads_back(outside: Page, tiny: Project, tmp_path: Path) -> None:
    port, access, login = free_port(), tmp_path / "access.toml", tmp_path / "login.toml"
    write_access(access, grant("ada@a.example", "leadership"))
    with provider() as identity, proxied(tmp_path, [f"http://127.0.0.1:{port}"]) as proxy:
        metadata = f"{identity}/.well-known/openid-configuration"
        auth = {**AUTH, "redirect_uri": f"{proxy.address}/oauth2callback", "server_metadata_url": metadata}
        login.write_text("[auth]\n" + "\n".join(f'{key} = "{value}"' for key, value in auth.items()))
        environment = {"THROUGHLINE_ACCESS": str(access)}
        with server_of(tiny.data, environment, ["--secrets.files", str(login)], port):
            outside.goto(f"{proxy.address}/students?category=Sales")
            rest(outside)
            log_in(outside, Site(proxy.address, access), "ada")
            assert outside.url == f"{proxy.address}/students?category=Sales"
            assert outside.locator("h1").inner_text() == "Students"
            kept = [each for each in outside.context.cookies() if each.get("domain") == NAME]
    assert [each for each in outside.complaints if NAME in each] == [], "the provider's own aside"  # type: ignore[attr-defined]
    assert "_streamlit_user" in {each.get("name") for each in kept}
    assert [each for each in kept if not each.get("secure")] == []


def status_of(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_a_session_stays_with_its_replica(outside: Page, proxy: Proxy, replicas: list[str]) -> None:
    """A file to download is known to the process of the session alone, and so tells which one answered."""
    outside.goto(f"{proxy.address}/pipeline")
    rest(outside)
    outside.locator(".st-key-data-funnel button").click()
    with outside.expect_download() as rows:
        outside.locator("[data-testid=stPopoverBody]").get_by_role("button", name="CSV", exact=True).click()
    assert Path(rows.value.path()).read_bytes()
    assert outside.complaints == []  # type: ignore[attr-defined]
    path = urlsplit(rows.value.url).path
    assert sorted(status_of(each + path) for each in replicas) == [200, 404], "one replica has it"
    kept = next(each for each in outside.context.cookies() if each.get("name") == "throughline_replica")
    asked = [proxy.ask(path, Cookie=f"throughline_replica={kept.get('value')}")[0] for _ in range(8)]
    assert asked == [200] * 8
    assert {proxy.ask(path)[0] for _ in range(40)} == {200, 404}, "without the cookie either replica answers"


def test_every_answer_has_the_headers_and_every_cookie_is_for_tls_alone(proxy: Proxy) -> None:
    answers = [proxy.ask(path) for path in ("/", "/pipeline", "/_stcore/health", "/favicon.png")]
    of_proxy = {"strict-transport-security": "max-age=63072000; includeSubDomains", "cache-control": "no-store"}
    expected = {**HEADERS, **of_proxy, "server": "nginx"}
    for status, headers in answers:
        assert status == 200
        assert {name: headers.get_all(name) for name in expected} == {name: [each] for name, each in expected.items()}
    cookies = [each for _, headers in answers for each in headers.get_all("Set-Cookie") or []]
    assert {each.split("=")[0] for each in cookies} == {"_streamlit_xsrf", "throughline_replica"}
    assert [each for each in cookies if "secure" not in each.lower()] == []


def test_the_frame_s_own_files_may_be_kept_by_a_browser(proxy: Proxy, replicas: list[str]) -> None:
    with urllib.request.urlopen(replicas[0], timeout=20) as page:
        found = re.search(r'src="\./(static/js/[^"]+)"', page.read().decode())
    assert found is not None
    assert "max-age" in proxy.ask(f"/{found[1]}")[1]["Cache-Control"]


@pytest.mark.parametrize(
    "path", ["/_stcore/metrics", "//_stcore/metrics", "/_stcore%2fmetrics", "/x/../_stcore/metrics"]
)
def test_the_numbers_of_the_server_are_closed(proxy: Proxy, replicas: list[str], path: str) -> None:
    assert status_of(f"{replicas[0]}/_stcore/metrics") == 200, "open on the machine itself, in a demonstration"
    assert proxy.ask(path)[0] == 404


@pytest.mark.parametrize("origin", ["http://localhost:3000", "https://elsewhere.example.net", "null"])
def test_a_foreign_page_cannot_open_the_socket(proxy: Proxy, origin: str) -> None:
    assert proxy.ask("/_stcore/stream", Origin=proxy.address, **SOCKET)[0] == 101
    assert proxy.ask("/_stcore/stream", Origin=origin, **SOCKET)[0] == 403
    assert proxy.ask("/", Origin=origin)[0] == 403


def test_writing_another_name_and_plain_http_do_not_get_through(proxy: Proxy) -> None:
    assert [proxy.ask("/", method)[0] for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS")] == [200, *[403] * 4]
    with pytest.raises(ssl.SSLError):
        proxy.ask("/", name="elsewhere.example.net")
    connection = HTTPConnection("127.0.0.1", proxy.plain, timeout=20)
    connection.request("GET", "/pipeline?view=Analyst", headers={"Host": NAME})
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Location"]) == (308, f"{proxy.address}/pipeline?view=Analyst")
    connection.close()
