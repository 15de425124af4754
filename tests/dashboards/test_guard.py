"""What stands before the server's addresses: files for who may look, safe headers, back to the page after a login."""

import asyncio
import json
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from dashboards.access import ended, files, guard, login
from dashboards.access import refusals as refused
from dashboards.access.guard import Guard, claims_of, return_path
from dashboards.access.viewer import Viewer
from dashboards.audit import Log, audit_key, stranger
from dashboards.pointer import Generation
from tests.dashboards.people import AUTH, grant, write_access
from tests.dashboards.people import claims_of as signed_in

ADA = "ada@a.example"
HOST = "people.example"
DATA = Generation("g1", Path(__file__), datetime(2026, 7, 1))
"""A generation whose file is there."""


@pytest.fixture(autouse=True)
def _with_login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THROUGHLINE_ACCESS", str(tmp_path / "access.toml"))
    write_access(tmp_path / "access.toml", grant(ADA, "analyst"))
    monkeypatch.setenv("THROUGHLINE_AUDIT", str(tmp_path / "audit"))
    monkeypatch.setattr(ended, "_here", {})
    monkeypatch.setattr(login, "_guards", {"Guard"})
    settings(monkeypatch)


def settings(monkeypatch: pytest.MonkeyPatch, **more: str) -> None:
    for room in (guard, login):
        monkeypatch.setattr(room, "auth_settings", lambda: {**AUTH, **more})
    monkeypatch.setattr(guard, "get_cookie_secret", lambda: AUTH["cookie_secret"])


def cookie(claims: Mapping[str, object], secret: str = AUTH["cookie_secret"]) -> str:

    return f"{USER_COOKIE_NAME}={create_signed_value(secret, USER_COOKIE_NAME, json.dumps(claims)).decode()}"


def answered(path: str, location: str | None = None, **headers: str) -> tuple[int, dict[str, list[str]]]:
    """Return status and headers of what comes back through the guard; behind it every address answers."""

    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        found = [(b"location", location.encode())] if location else []
        found.append((b"set-cookie", b"a=b; Path=/"))
        await send({"type": "http.response.start", "status": 302 if location else 200, "headers": found})
        await send({"type": "http.response.body", "body": b"inside"})

    messages: list[Message] = []

    async def keep(message: Message) -> None:
        messages.append(message)

    async def nothing() -> Message:
        return {"type": "http.request"}

    raw = [(name.encode(), value.encode()) for name, value in {"host": HOST, **headers}.items()]
    scope: dict[str, Any] = {"type": "http", "method": "GET", "path": path, "headers": raw, "query_string": b""}
    # In a thread of its own: where a browser's test ran before in this process, its loop still runs in this one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, Guard(inner)(scope, nothing, keep)).result()
    told: dict[str, list[str]] = {}
    for name, value in messages[0]["headers"]:
        told.setdefault(name.decode(), []).append(value.decode())
    return messages[0]["status"], told


# Files ----------------------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _made_for_ada() -> None:
    files.made_out(b"inside", signed_in(ADA), Viewer(ADA, "analyst"), DATA)


def test_a_file_is_for_whom_it_was_made(tmp_path: Path) -> None:
    """Another person with a grant, even with the same rows before them, does not get it by its address."""
    bob = signed_in("bob@b.example", sub="bob")
    write_access(tmp_path / "access.toml", grant(ADA, "analyst"), grant("bob@b.example", "analyst"))
    assert answered("/media/abc.csv", cookie=cookie(signed_in(ADA)))[0] == 200
    assert answered("/media/abc.csv", cookie=cookie(bob))[0] == 404
    files.made_out(b"inside", bob, Viewer("bob@b.example", "analyst"), DATA)
    assert answered("/media/abc.csv", cookie=cookie(bob))[0] == 200, "the same rows were made for both"


def test_a_file_that_was_pushed_out_has_to_be_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_FILES", 1)
    files.made_out(b"another", signed_in(ADA), Viewer(ADA, "analyst"), DATA)
    assert answered("/media/abc.csv", cookie=cookie(signed_in(ADA)))[0] == 404


def test_a_file_is_for_who_may_look_now(tmp_path: Path) -> None:
    kept = cookie(signed_in(ADA))
    status, headers = answered("/media/abc.csv", cookie=kept)
    assert (status, headers["cache-control"]) == (200, ["private, no-store"])
    write_access(tmp_path / "access.toml")
    assert answered("/media/abc.csv", cookie=kept)[0] == 404


def test_a_file_is_not_for_the_same_person_under_another_grant(tmp_path: Path) -> None:
    kept = cookie(signed_in(ADA))
    files.made_out(b"inside", signed_in(ADA), Viewer(ADA, "employer", ("E00001",)), DATA)
    write_access(tmp_path / "access.toml", grant(ADA, "employer", ["E00001"]))
    assert answered("/media/abc.csv", cookie=kept)[0] == 200
    write_access(tmp_path / "access.toml", grant(ADA, "employer", ["E00002"]))
    assert answered("/media/abc.csv", cookie=kept)[0] == 404


def test_a_file_of_a_generation_that_is_gone_is_nobody_s(tmp_path: Path) -> None:
    published = tmp_path / "analytics.duckdb"
    published.touch()
    files.made_out(b"inside", signed_in(ADA), Viewer(ADA, "analyst"), replace(DATA, path=published))
    assert answered("/media/abc.csv", cookie=cookie(signed_in(ADA)))[0] == 200
    published.unlink()
    assert answered("/media/abc.csv", cookie=cookie(signed_in(ADA)))[0] == 404


def refusals(tmp_path: Path) -> list[tuple[str, str, str, bool]]:
    """Return what the audit log tells of files: who, role, reason, whether it was denied."""
    entries = Log(tmp_path / "audit", audit_key()).entries()
    return [
        (each["who"], each["role"], each["reason"], each["is_denied"]) for each in entries if each["subject"] == "file"
    ]


def test_a_file_that_is_refused_is_recorded_once_a_minute_for_each_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refused, "_told", OrderedDict())
    moment = [0.0]
    monkeypatch.setattr(refused.time, "monotonic", lambda: moment[0])
    write_access(tmp_path / "access.toml", grant(ADA, "analyst"), grant("bob@b.example", "leadership"))
    bob, eve = cookie(signed_in("bob@b.example")), cookie(signed_in("eve@x.example"))
    assert answered("/media/abc.csv", cookie=cookie(signed_in(ADA)))[0] == 200
    assert refusals(tmp_path) == [], "a control: her own file"
    for _ in range(5):
        for each in (bob, eve):
            assert answered("/media/abc.csv", cookie=each)[0] == 404
    of_bob = ("bob@b.example", "leadership", refused.FOREIGN, True)
    of_eve = (stranger("eve@x.example"), "none", "NoGrantError", True)
    assert refusals(tmp_path) == [of_bob, of_eve]
    moment[0] = refused.PAUSE_SECONDS + 1
    assert answered("/media/abc.csv", cookie=bob)[0] == 404
    assert refusals(tmp_path) == [of_bob, of_eve, of_bob]


@pytest.mark.parametrize("kept", ["", cookie(signed_in("eve@x.example"), secret="another secret, as long as ours is")])
def test_a_file_that_nobody_was_refused_is_not_recorded(kept: str, tmp_path: Path) -> None:
    assert answered("/media/abc.csv", cookie=kept)[0] == 404
    assert refusals(tmp_path) == []


def test_a_file_that_is_not_there_was_not_refused(tmp_path: Path) -> None:
    assert answered("/media/none.csv", "/elsewhere", cookie=cookie(signed_in(ADA, sub="other")))[0] == 404
    assert refusals(tmp_path) == []


def test_a_file_is_refused_also_where_that_cannot_be_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(refused, "_told", OrderedDict())
    (tmp_path / "nowhere").write_text("no folder")
    monkeypatch.setenv("THROUGHLINE_AUDIT", str(tmp_path / "nowhere"))
    assert answered("/media/abc.csv", cookie=cookie(signed_in("eve@x.example")))[0] == 404
    assert "could not be recorded" in caplog.text


@pytest.mark.parametrize(
    "kept",
    [
        "",
        cookie(signed_in("eve@x.example")),
        cookie(signed_in(ADA, iat=0)),
        cookie(signed_in(ADA), secret="another secret, as long as the one of the server"),
        cookie(signed_in(ADA)).replace("=", "=A", 1),
        f"{USER_COOKIE_NAME}=nonsense",
        cookie(signed_in(ADA, is_logged_in=False)),
    ],
)
@pytest.mark.parametrize("path", ["/media/abc.csv", "//media/abc.csv"])
def test_a_file_is_not_for_others(path: str, kept: str) -> None:
    assert answered(path, cookie=kept)[0] == 404


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/agent/mcp", "/_stcore/upload_file/a/b"])
def test_some_addresses_are_for_nobody_under_a_login(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert answered(path, cookie=cookie(signed_in(ADA)))[0] == 404
    for room in (guard, login):
        monkeypatch.setattr(room, "auth_settings", dict)
    assert answered(path)[0] == 200, "in a demonstration they answer"


@pytest.mark.parametrize("path", ["/", "/pipeline", "/_stcore/health", "/static/js/index.js", "/auth/login"])
def test_the_page_of_the_login_is_for_everybody(path: str) -> None:
    assert answered(path)[0] == 200


def test_settings_that_cannot_be_read_close_the_files(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Mapping[str, Any]:
        raise login.LoginSettingsError("secrets.toml", "readable TOML", "nothing")

    for room in (guard, login):
        monkeypatch.setattr(room, "auth_settings", broken)
    assert answered("/media/abc.csv", cookie=cookie(signed_in(ADA)))[0] == 404


def test_the_claims_are_those_that_streamlit_signed() -> None:
    claims = signed_in(ADA)
    name, value = cookie(claims).split("=", 1)
    assert claims_of({name: value}) == claims
    assert claims_of({name: value[:-2]}) == {}


# Headers --------------------------------------------------------------------------------------------------------------


def test_every_answer_has_safe_headers() -> None:
    for path in ("/", "/media/abc.csv"):
        _, headers = answered(path)
        assert headers["x-content-type-options"] == ["nosniff"]
        assert headers["x-frame-options"] == ["DENY"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"][0]
        assert headers["referrer-policy"] == ["same-origin"]


def test_cookies_travel_over_tls_alone_where_the_login_does(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not [each for each in answered("/")[1]["set-cookie"] if "Secure" in each]
    settings(monkeypatch, redirect_uri="https://people.example/oauth2callback")
    assert answered("/")[1]["set-cookie"] == ["a=b; Path=/; Secure"]


# Back to the page -----------------------------------------------------------------------------------------------------


def test_a_login_ends_on_the_page_from_which_it_started() -> None:
    _, headers = answered("/auth/login", "http://id.example/", referer=f"http://{HOST}/roi?period=All+time")
    kept = headers["set-cookie"][-1].split(";")[0]
    _, headers = answered("/oauth2callback", "/", cookie=kept)
    assert headers["location"] == ["/roi?period=All+time"]
    assert "Max-Age=0" in headers["set-cookie"][-1]
    assert answered("/oauth2callback", "/")[1]["location"] == ["/"]


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/roi", f"http://{HOST}.evil.example/roi", f"http://{HOST}@evil.example/roi", "", "roi",
        f"http://{HOST}//evil.example/roi", f"http://{HOST}/\\evil.example", f"http://{HOST}/_stcore/metrics",
        f"http://{HOST}/media/abc", f"http://{HOST}/auth/logout", f"http://{HOST}/roi/..//evil.example",
        "javascript:alert(1)", f"http://{HOST}/nowhere", "http://[",
    ],
)  # fmt: skip
def test_a_login_leads_to_no_other_place(address: str) -> None:
    assert return_path(address, HOST) == "/"
    assert return_path(f"http://{HOST}/roi?a=b", HOST) == "/roi?a=b"


@pytest.mark.parametrize("kept", ["//evil.example/roi", "%2F%2Fevil.example", "https:%2F%2Fe.example%2Froi", "@evil"])
def test_a_forged_cookie_leads_to_no_other_place(kept: str) -> None:
    assert answered("/oauth2callback", "/", cookie=f"throughline_return={kept}")[1]["location"] == ["/"]
