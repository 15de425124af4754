"""What stands before the server: files only for who may look, safe headers, and back to the page after a login.

Streamlit serves the files of a download to whoever knows their address, returns from a login to its first page and
sends no security headers. Its names for cookies and their signature are its own: they are used in this file alone.
"""

import json
import re
from collections.abc import Mapping
from urllib.parse import quote, unquote, urlsplit

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from dashboards.access.files import may_take
from dashboards.access.grants import Claims
from dashboards.access.login import LoginSettingsError, auth_settings, granted
from dashboards.access.refusals import FOREIGN, file_refused
from dashboards.access.viewer import AccessError
from dashboards.navigation import PAGES
from dashboards.scripts import policy

HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "content-security-policy": policy(),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "referrer-policy": "same-origin",
}
REFUSED = re.compile(r"_stcore/(metrics|agent|upload_file|script-health-check)(/|$)")
"""Below these a login lets nobody: numbers of the server, and ways in that the dashboards do not use."""

FILES = re.compile(r"media/")
IN_PART = (b"accept-encoding", b"range")
"""With these an answer would not be the file as it was made, by which its owner is known."""

RETURN_COOKIE, RETURN_SECONDS = "throughline_return", 600
QUERY_LENGTH = 1500


class Guard:
    """ASGI middleware around the whole server; without a login it adds the headers alone."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, unless nobody or not this person may fetch its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        path = scope["path"].removeprefix(_base()).lstrip("/")
        try:
            auth = auth_settings()
        except LoginSettingsError:
            auth = {"redirect_uri": ""}
        answer = Answer(send, path, headers, auth.get("redirect_uri") if auth else None)
        if auth and REFUSED.match(path):
            await _not_found()(scope, receive, answer)
        elif auth and FILES.match(path):
            await self._file(scope, receive, answer, claims_of(cookie_parser(headers.get("cookie", ""))))
        else:
            await self.app(scope, receive, answer)

    async def _file(self, scope: Scope, receive: Receive, answer: "Answer", claims: Claims) -> None:
        """Hand a file on to whom it was made out, as they may look now; to others it is not there."""
        try:
            viewer = granted(claims)
        except AccessError as error:
            # In a thread: it waits for the disk, and other people's answers must not.
            await run_in_threadpool(file_refused, claims, type(error).__name__)
            await _not_found()(scope, receive, answer)
            return
        held = Held()
        whole = [each for each in scope["headers"] if each[0] not in IN_PART]
        await self.app({**scope, "headers": whole}, receive, held)
        if held.is_picture or may_take(held.content, claims, viewer):
            await held.hand_on(answer)
        else:
            if held.is_found:
                await run_in_threadpool(file_refused, claims, FOREIGN, viewer)
            await _not_found()(scope, receive, answer)


class Held:
    """An answer that is held back until it is known whose it is."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def __call__(self, message: Message) -> None:
        """Keep one message of the answer."""
        self.messages.append(message)

    @property
    def content(self) -> bytes:
        return b"".join(each.get("body", b"") for each in self.messages)

    @property
    def is_found(self) -> bool:
        """Tell whether there is such a file at all."""
        return bool(self.messages) and self.messages[0].get("status") == 200

    @property
    def is_picture(self) -> bool:
        """Tell whether it is a picture: only our own marks are, since charts are drawn in the browser."""
        kind = Headers(raw=self.messages[0].get("headers", [])).get("content-type", "") if self.messages else ""
        return kind.startswith("image/")

    async def hand_on(self, send: Send) -> None:
        """Send what was kept."""
        for each in self.messages:
            await send(each)


class Answer:
    """What sends an answer on: with safe headers, and on the way through a login with the page to return to."""

    def __init__(self, send: Send, path: str, headers: Headers, redirect_uri: str | None) -> None:
        self.send, self.path, self.headers = send, path, headers
        self.is_login, self.is_secure = redirect_uri is not None, (redirect_uri or "").startswith("https:")

    async def __call__(self, message: Message) -> None:
        """Send one message of an answer on."""
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=message["headers"])
            for name, value in HEADERS.items():
                headers[name] = value
            if FILES.match(self.path):
                headers["cache-control"] = "private, no-store"
            if self.is_login:
                self._remember_page(headers, message["status"])
                self._secure_cookies(headers)
            message["headers"] = headers.raw
        await self.send(message)

    def _remember_page(self, headers: MutableHeaders, status: int) -> None:
        """Keep the page that a login starts from in a cookie, and go there at its end."""
        if self.path == "auth/login":
            page = return_path(self.headers.get("referer", ""), self.headers.get("host", ""))
            headers.append("set-cookie", _return_cookie(quote(page, safe=""), RETURN_SECONDS))
        elif self.path == "oauth2callback" and status == 302:
            kept = cookie_parser(self.headers.get("cookie", "")).get(RETURN_COOKIE)
            if kept is not None:
                host = self.headers.get("host", "")
                headers["location"] = return_path(f"//{host}{unquote(kept)}", host)
                headers.append("set-cookie", _return_cookie("", 0))

    def _secure_cookies(self, headers: MutableHeaders) -> None:
        """Let cookies travel over TLS alone, where the login does."""
        cookies = headers.getlist("set-cookie")
        if self.is_secure and cookies:
            del headers["set-cookie"]
            for each in cookies:
                headers.append("set-cookie", each if "; secure" in each.lower() else f"{each}; Secure")


def _not_found() -> PlainTextResponse:
    return PlainTextResponse("Not found", 404)


def claims_of(cookies: Mapping[str, str]) -> Claims:
    """Return the claims that Streamlit signed into the login's cookies, none when the signature does not hold."""
    secret = get_cookie_secret()

    def part(name: str) -> bytes | None:
        return decode_signed_value(secret, name, cookies[name].encode("latin-1")) if name in cookies else None

    try:
        held = get_cookie_with_chunks(part, USER_COOKIE_NAME)
        claims = json.loads(held) if held else {}
    except ValueError:
        return {}
    return claims if isinstance(claims, dict) else {}


def return_path(address: str, host: str) -> str:
    """Return path and query of an address if it is a page of ours at this host, else the first page's path."""
    base = _base()
    try:
        parts = urlsplit(address)
    except ValueError:
        return f"{base}/"
    name = parts.path.removeprefix(base).removeprefix("/")
    if parts.netloc != host or name not in {page.name for page in PAGES}:
        return f"{base}/"
    query = f"?{parts.query}" if parts.query and len(parts.query) <= QUERY_LENGTH and parts.query.isascii() else ""
    return f"{base}/{name}{query}"


def _return_cookie(value: str, seconds: int) -> str:
    return f"{RETURN_COOKIE}={value}; Max-Age={seconds}; Path={_base()}/; HttpOnly; SameSite=Lax"


def _base() -> str:
    """Return the path below which the server answers, without a slash at its end."""
    below = (st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{below}" if below else ""
