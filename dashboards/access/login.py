"""In which mode the dashboards are: with a login, or as a demonstration; and whether its settings are fit.

A login is configured by the section ``[auth]`` of Streamlit's ``secrets.toml``. Without one the role is chosen in the
sidebar, which needs synthetic data and a server on the loopback. Whatever is unfit lets nobody in.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from dashboards.access.ended import end, has_ended, is_ended_here_alone
from dashboards.access.grants import Access, AccessFileError, Claims, read_access
from dashboards.access.viewer import EndedHereError, NotReadyError, NotSignedInError, Viewer, name_of, viewer_of

LOOPBACK = ("127.0.0.1", "localhost", "::1")
REQUIRED = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
SECRETS = ("cookie_secret", "client_secret")
COOKIE_SECRET_LENGTH = 32
DISTINCT_CHARACTERS = 10
PLACEHOLDER = re.compile(
    r"^(x+|\.+|\*+|-+|secret|client_secret|cookie_secret)$|change.?me|replace|example|placeholder|default|password|your"
    r"|insert|todo|<|>",
    re.I,
)
SAFE_OPTIONS: dict[str, object] = {
    "server.trustedUserHeaders": {},
    "server.enableAgentApi": False,
    "server.enableCORS": True,
    "server.enableXsrfProtection": True,
}
"""Option of Streamlit -> the only value that a login may run under: others let a stranger say who they are."""

_guards: set[str] = set()


class LoginSettingsError(Exception):
    """The settings cannot be followed; says which, what was expected and what was found, never a secret."""

    def __init__(self, where: str, expected: str, found: str) -> None:
        super().__init__(f"{where}: expected {expected}, found {found}. See README.md, deployment.")


class NotADemonstrationError(Exception):
    """Nobody can log in, and a role may be chosen on synthetic data and on the loopback only."""

    def __init__(self) -> None:
        super().__init__(
            "Choosing a role is for demonstrations: it needs synthetic data and a server on 127.0.0.1. "
            "Start the dashboards with `throughline demo`, or `throughline dashboard` on a synthetic marketplace; "
            "for other data and other addresses, configure a login (README.md, deployment)."
        )


def auth_settings() -> Mapping[str, Any]:
    """Return the section ``[auth]`` of the secrets, empty when there is none; raises LoginSettingsError."""
    try:
        held = st.secrets.to_dict()
    except StreamlitSecretNotFoundError as error:
        if getattr(error, "error_id", "") == "no-secrets-found":
            return {}
        raise LoginSettingsError("secrets.toml", "readable TOML", str(error)) from error
    found = held.get("auth", {})
    if not isinstance(found, Mapping) or ("auth" in held and not found):
        raise LoginSettingsError("secrets.toml, auth", "a section with settings of the login", "none in it")
    return found


def is_login() -> bool:
    """Tell whether people log in; raises LoginSettingsError when the secrets cannot be read."""
    return bool(auth_settings())


def check_secrets(auth: Mapping[str, Any]) -> None:
    """Raise LoginSettingsError for the first setting of ``[auth]`` that is missing, a default or unsafe."""
    for key in REQUIRED:
        value = auth.get(key)
        if not isinstance(value, str) or not value.strip():
            raise LoginSettingsError(f"secrets.toml, [auth] {key}", "a text", "nothing")
        if key in SECRETS and PLACEHOLDER.search(value):
            raise LoginSettingsError(f"secrets.toml, [auth] {key}", "a secret of your own", "a placeholder or default")
    secret = auth["cookie_secret"]
    if len(secret) < COOKIE_SECRET_LENGTH or len(set(secret)) < DISTINCT_CHARACTERS:
        raise LoginSettingsError(
            "secrets.toml, [auth] cookie_secret",
            f"at least {COOKIE_SECRET_LENGTH} random characters",
            f"{len(secret)} characters, {len(set(secret))} different ones",
        )
    for key in ("redirect_uri", "server_metadata_url"):
        parts = urlsplit(auth[key])
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise LoginSettingsError(
                f"secrets.toml, [auth] {key}", "an address with https, or one of this machine", auth[key]
            )
    if not urlsplit(auth["redirect_uri"]).path.endswith("/oauth2callback"):
        raise LoginSettingsError(
            "secrets.toml, [auth] redirect_uri", "an address that ends with /oauth2callback", auth["redirect_uri"]
        )


def check_login() -> Access:
    """Return the grants; raises LoginSettingsError or AccessFileError when the login is not fit to be used."""
    check_secrets(auth_settings())
    for option, expected in SAFE_OPTIONS.items():
        if (found := st.get_option(option)) != expected:
            raise LoginSettingsError(f"Streamlit's option {option}", str(expected), str(found))
    if not _guards:
        raise LoginSettingsError("the server", "one that was started by `throughline dashboard`", "another")
    return read_access()


def is_demo(facts: Mapping[str, object], address: str | None) -> bool:
    """Tell whether roles may be chosen: on nothing but synthetic data, and on the loopback only."""
    return bool(facts.get("is_synthetic")) and address in LOOPBACK


def check_demonstration(facts: Mapping[str, object]) -> None:
    """Raise NotADemonstrationError unless roles may be chosen here."""
    if not is_demo(facts, st.get_option("server.address")):
        raise NotADemonstrationError


def note_guard(name: str) -> None:
    """Take note of what stands before the server's addresses: there is no login without it."""
    _guards.add(name)


def granted(claims: Claims) -> Viewer:
    """Return the viewer that a signed-in person is now; raises AccessError when the person may not look."""
    try:
        access = check_login()
    except (LoginSettingsError, AccessFileError) as error:
        raise NotReadyError("Access is being set up.", getattr(error, "contact", ""), str(error)) from error
    if claims.get("is_logged_in") is not True:
        raise NotSignedInError("Please log in to see the dashboards.", access.contact)
    _refuse_ended(claims, access)
    return viewer_of(access, claims, datetime.now(UTC))


def contact() -> str:
    """Return whom to ask for access, as far as the grants can be read now."""
    try:
        return read_access().contact
    except AccessFileError as error:
        return error.contact


def end_session(claims: Claims) -> None:
    """Let a sign-in count no more, in whatever tab, server or copy of its cookie.

    Raises OSError where only this process can remember it.
    """
    end(claims, datetime.now(UTC))


def _refuse_ended(claims: Claims, access: Access) -> None:
    """Raise NotSignedInError for a sign-in that a log-out ended."""
    try:
        is_over = has_ended(claims)
    except OSError as error:
        raise NotReadyError("Access is being set up.", access.contact, f"ended sign-ins: {error}") from error
    said = f"{name_of(claims)} logged out before"
    if is_ended_here_alone(claims):
        raise EndedHereError(
            "You have logged out here, but this could not be written down: another server may still take a copy of "
            f"your cookie. Press Log out once more to end the sign-in in this browser, and tell {access.contact}.",
            access.contact,
            said,
        )
    if is_over:
        raise NotSignedInError("You have logged out.", access.contact, said)
