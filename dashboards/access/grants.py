"""The grants of ``access.toml``: whom they mean and what they give. Anything wrong in the file lets nobody in."""

import os
import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from dashboards.scope import Role

PROJECT_DIR = Path(__file__).resolve().parents[2]
SESSION_HOURS, LONGEST_SESSION_HOURS = 12, 24 * 30
NEVER_CLAIMS = ("email", "email_verified", "is_logged_in", "tokens", "origin", "exp", "iat", "nbf", "nonce", "at_hash")
"""Claims that no grant may name: addresses count only when verified, and the others tell nothing of a person."""

Kind = Literal["email", "domain", "claim"]
Claims = Mapping[str, object]


class AccessFileError(Exception):
    """``access.toml`` is missing or wrong; ``contact`` is whom it names, if that can be read."""

    def __init__(self, path: Path, where: str, expected: str, found: str, contact: str = "") -> None:
        super().__init__(
            f"{path}{where}: expected {expected}, found {found}. Nobody is let in until it is mended; see README.md."
        )
        self.contact = contact


class Claim(BaseModel):
    """A claim of the token and the value that it has, or holds when it is a list."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str = Field(min_length=1)
    value: str = Field(min_length=1)

    @field_validator("name")
    @classmethod
    def _tells_of_a_person(cls, name: str) -> str:
        if name in NEVER_CLAIMS:
            raise ValueError("a claim that tells who somebody is; addresses go to email or domain")
        return name


class Grant(BaseModel):
    """One grant: whom it means, what role it gives, to employers which hosts, and its last day or moment (UTC)."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    email: str | None = Field(default=None, pattern=r"^[^@\s]+@[^@\s]+$")
    domain: str | None = Field(default=None, pattern=r"^[^@\s]+\.[^@\s]+$")
    claim: Claim | None = None
    role: Role
    employers: tuple[str, ...] = Field(default=(), strict=False)
    expires: datetime | date | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> "Grant":
        if sum(each is not None for each in (self.email, self.domain, self.claim)) != 1:
            raise ValueError("exactly one of email, domain and claim")
        if bool(self.employers) != (self.role == "employer"):
            raise ValueError("employers for the role employer, and for no other")
        return self

    @property
    def kind(self) -> Kind:
        return "email" if self.email is not None else "domain" if self.domain is not None else "claim"

    def is_live(self, now: datetime) -> bool:
        """Tell whether the grant holds at a moment: through its last day, or until its moment."""
        if self.expires is None:
            return True
        if isinstance(self.expires, datetime):
            return now < (self.expires if self.expires.tzinfo else self.expires.replace(tzinfo=UTC))
        return now < datetime.combine(self.expires + timedelta(days=1), time(), UTC)

    def means(self, claims: Claims) -> bool:
        """Tell whether the grant means the person of these claims."""
        if self.claim is not None:
            held = claims.get(self.claim.name)
            return self.claim.value in held if isinstance(held, list) else self.claim.value == held
        address = verified_address(claims)
        if address is None:
            return False
        if self.email is not None:
            return address == self.email.lower()
        return address.rpartition("@")[2] == (self.domain or "").lower()


class Access(BaseModel):
    """All grants, whom to ask for one, and after how many hours somebody must sign in again.

    ``end_with_token`` ends a session with the token, too; most providers' tokens last an hour.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    contact: str = Field(min_length=1)
    session_hours: float = Field(default=SESSION_HOURS, gt=0, le=LONGEST_SESSION_HOURS, strict=False)
    end_with_token: bool = False
    grant: tuple[Grant, ...] = Field(default=(), strict=False)


def verified_address(claims: Claims) -> str | None:
    """Return the e-mail address of the claims, in lower case, if the provider vouches for it.

    Others than ASCII are left out: several of their letters are one when the case is folded.
    """
    address = claims.get("email")
    if claims.get("email_verified") is not True or not isinstance(address, str):
        return None
    local, _, domain = address.rpartition("@")
    is_plain = address.isascii() and not re.search(r"\s", address)
    return address.lower() if local and domain and "@" not in local and is_plain else None


def access_path() -> Path:
    """Return where the grants lie: ``THROUGHLINE_ACCESS``, else ``access.toml`` in the checkout."""
    return Path(os.environ.get("THROUGHLINE_ACCESS") or PROJECT_DIR / "access.toml").resolve()


def read_access() -> Access:
    """Return the grants as they stand now; the file is read again when it has changed. Raises AccessFileError."""
    path = access_path()
    try:
        stat = path.stat()
    except OSError as error:
        raise AccessFileError(path, "", "a readable file of grants", error.strerror or "nothing") from error
    return _read(path, stat.st_mtime_ns, stat.st_size, stat.st_ino)


@lru_cache(maxsize=1)
def _read(path: Path, *_identity: int) -> Access:
    try:
        text = path.read_text()
        return parse_access(path, text)
    except (OSError, UnicodeDecodeError) as error:
        raise AccessFileError(path, "", "readable UTF-8 text", type(error).__name__) from error


def parse_access(path: Path, text: str) -> Access:
    """Return the grants of a file's text; raises AccessFileError with the line or key, what was expected and found."""
    try:
        held = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise AccessFileError(path, "", "TOML", str(error)) from error
    try:
        return Access.model_validate(held)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        contact = held.get("contact")
        where = _place(first["loc"], text)
        found = repr(first["input"]) if first["type"] != "missing" else "nothing"
        named = contact if isinstance(contact, str) else ""
        expected = re.sub(r"^(Value error, |Input should be )", "", first["msg"])
        raise AccessFileError(path, where, expected, found[:200], named) from error


def _place(keys: tuple[int | str, ...], text: str) -> str:
    """Say where in the file a key stands: a grant by its number and line."""
    words = [str(key) for key in keys]
    if len(keys) > 1 and isinstance(number := keys[1], int):
        lines = [line for line, each in enumerate(text.splitlines(), 1) if re.match(r"\s*\[\[\s*grant\s*\]\]", each)]
        line = f", line {lines[number]}" if number < len(lines) else ""
        words = [f"grant {number + 1}{line}", *words[2:]]
    return f": {', '.join(words)}" if words else ""
