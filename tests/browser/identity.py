"""A real OpenID Connect provider on this machine, the dashboards behind its login, and people who sign in there."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.serving import free_port, rest, server_of, wait_until_answered
from tests.dashboards.people import AUTH

PEOPLE: Mapping[str, Mapping[str, object]] = {
    "ada": {"email": "Ada@A.example", "email_verified": True},
    "bea": {"email": "bea@b.example", "email_verified": True},
    "cleo": {"name": "Cleo", "groups": ["all", "data"]},
    "eve": {"email": "eve@x.example", "email_verified": True},
    "mallory": {"email": "ada@a.example", "email_verified": False},
}
"""Subject -> what the provider says of the person."""


PATIENCE = 60_000


@dataclass(frozen=True)
class Site:
    """The dashboards behind a login: where they answer, and the file of grants that they obey."""

    address: str
    access: Path


@contextmanager
def provider() -> Iterator[str]:
    """Run the provider in a process of its own and return its address; end it at the end."""
    port = free_port()
    people = [json.dumps({"sub": sub, **claims}) for sub, claims in PEOPLE.items()]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)]
    told = [word for each in people for word in ("--user-claims", each)]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen([*command, *told], stdin=quiet, stdout=quiet, stderr=quiet)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until_answered(process, f"{address}/.well-known/openid-configuration")
        yield address
    finally:
        process.terminate()
        process.wait(timeout=10)


@contextmanager
def site_of(data: Path, folder: Path) -> Iterator[Site]:
    """Serve the dashboards over a data folder behind a login; secrets and grants lie in a folder."""
    port = free_port()
    secrets, access = folder / "secrets.toml", folder / "access.toml"
    access.write_text('contact = "the data team"\n')
    with provider() as identity:
        auth = {
            **AUTH,
            "redirect_uri": f"http://127.0.0.1:{port}/oauth2callback",
            "server_metadata_url": f"{identity}/.well-known/openid-configuration",
        }
        secrets.write_text("[auth]\n" + "\n".join(f'{key} = "{value}"' for key, value in auth.items()))
        environment = {"THROUGHLINE_ACCESS": str(access)}
        with server_of(data, environment, ["--secrets.files", str(secrets)], port) as (_, address):
            yield Site(address, access)


class Visitors:
    """People before their browsers: each is closed at the end, since an open page runs anew at each new grant."""

    def __init__(self, browser: Browser, site: Site) -> None:
        self.browser, self.site = browser, site
        self.contexts: list[BrowserContext] = []

    def stranger(self) -> BrowserContext:
        """Return a browser without a cookie, which reaches this machine alone."""
        context = self.browser.new_context(viewport={"width": 1440, "height": 900})
        context.set_default_timeout(PATIENCE)
        context.route(lambda address: urlsplit(address).hostname != "127.0.0.1", lambda route: route.abort())
        self.contexts.append(context)
        return context

    def open(self, path: str = "/", context: BrowserContext | None = None) -> Page:
        """Open a path in a new tab, of a stranger or of a browser."""
        page = (context or self.stranger()).new_page()
        page.goto(self.site.address + path)
        rest(page)
        return page

    def sign_in(self, subject: str, path: str = "/", context: BrowserContext | None = None) -> Page:
        """Open a path, log in, and return the page on which the login ends."""
        page = self.open(path, context)
        log_in(page, self.site, subject)
        return page

    def close(self) -> None:
        """Close every browser."""
        for context in self.contexts:
            context.close()


def log_in(page: Page, site: Site, subject: str) -> None:
    """Log in on an open page, and wait for the page on which the login ends."""
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/oauth2/authorize**")
    page.get_by_role("button", name=subject, exact=True).click()
    page.wait_for_url(f"{site.address}/**")
    rest(page)


def words_of(page: Page) -> str:
    """Return every word in the document, shown or not, without scripts and styles."""
    return str(
        page.evaluate(
            """() => { const copy = document.documentElement.cloneNode(true);
            copy.querySelectorAll('script, style, link').forEach(each => each.remove());
            return copy.outerHTML.replace(/<[^>]*?(aria-label|title|alt|value|href)="([^"]*)"[^>]*>/g, ' $2 ')
                .replace(/<[^>]+>/g, ' '); }"""
        )
    )


def held_by(names: Sequence[str], words: str) -> list[str]:
    """Return the names that stand in the words."""
    return [name for name in names if name in words]
