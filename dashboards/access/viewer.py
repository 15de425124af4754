"""Who may see what: what the grants make of a signed-in person. Deny by default.

Of several grants the most specific kind decides (e-mail, then domain, then claim), and within it all must give the
same role; an employer then sees the hosts of all of them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dashboards.access.grants import Access, Claims, Kind, verified_address
from dashboards.scope import Role

KINDS: tuple[Kind, ...] = ("email", "domain", "claim")
NAME_LENGTH = 120
CLOCK_SKEW_SECONDS = 300


@dataclass(frozen=True)
class Viewer:
    """Who looks: the name that the audit log keeps, the role and, for the role employer, the ids of the hosts."""

    name: str
    role: Role
    host_ids: tuple[str, ...] = ()
    is_demo: bool = False

    @property
    def sees_several(self) -> bool:
        """Tell whether the grants give several employers: the peers of two of them would tell of a third.

        A demonstration is of synthetic data alone, and stands for any one of them.
        """
        return self.role == "employer" and len(self.host_ids) > 1 and not self.is_demo


class AccessError(Exception):
    """Somebody may not look. ``contact`` is whom to ask, ``detail`` is for the log alone."""

    def __init__(self, message: str, contact: str = "", detail: str = "") -> None:
        super().__init__(message)
        self.contact, self.detail = contact, detail


class NotSignedInError(AccessError):
    """Nobody has signed in, or too long ago."""


class EndedHereError(NotSignedInError):
    """Somebody has logged out, and other servers could not be told."""


class NoGrantError(AccessError):
    """Somebody has signed in whom no grant lets in; ``name`` is theirs."""

    def __init__(self, name: str, contact: str, detail: str) -> None:
        super().__init__(f"You are signed in as {name}, but no access has been granted.", contact, detail)
        self.name = name


class NotReadyError(AccessError):
    """The settings of the login or the grants cannot be followed, so nobody is let in."""


def name_of(claims: Claims) -> str:
    """Return how a person is called: by a verified address, else as they say, with the provider's own word."""
    address = verified_address(claims)
    said = next((str(claims[key]) for key in ("email", "preferred_username", "name") if claims.get(key)), "")
    subject = str(claims.get("sub", "unknown"))
    name = address or (f"{said} ({subject})" if said else subject)
    return re.sub(r"[^\S ]|[\x00-\x1f\x7f]", " ", name)[:NAME_LENGTH]


def viewer_of(access: Access, claims: Claims, now: datetime) -> Viewer:
    """Return the viewer that the grants make of a signed-in person at a moment.

    Raises NotSignedInError when the sign-in is too old, NoGrantError when no grant means the person.
    """
    _check_age(access, claims, now)
    meant = [grant for grant in access.grant if grant.is_live(now) and grant.means(claims)]
    deciding = next((found for kind in KINDS if (found := [grant for grant in meant if grant.kind == kind])), [])
    roles = sorted({grant.role for grant in deciding})
    name = name_of(claims)
    if not deciding:
        raise NoGrantError(name, access.contact, f"no grant means {name}")
    if len(roles) > 1:
        raise NoGrantError(
            name, access.contact, f"grants by {deciding[0].kind} give {name} several roles: {', '.join(roles)}"
        )
    return Viewer(name, deciding[0].role, tuple(sorted({each for grant in deciding for each in grant.employers})))


def _check_age(access: Access, claims: Claims, now: datetime) -> None:
    """Raise NotSignedInError unless the token was issued within the session's hours."""
    issued, ends = _seconds(claims.get("iat")), _seconds(claims.get("exp"))
    if issued is None:
        raise NotSignedInError("Please log in.", access.contact, "the token does not say when it was issued")
    age = now.timestamp() - issued
    is_over = access.end_with_token and (ends is None or now.timestamp() >= ends)
    if is_over or not -CLOCK_SKEW_SECONDS <= age < timedelta(hours=access.session_hours).total_seconds():
        raise NotSignedInError("Your session has ended. Please log in again.", access.contact, f"{age:.0f} seconds old")


def _seconds(moment: object) -> float | None:
    return float(moment) if isinstance(moment, int | float) and not isinstance(moment, bool) else None


def narrowed(viewer: Viewer, hosts: Mapping[str, Sequence[str]]) -> tuple[Viewer, list[str]]:
    """Return the viewer with those hosts alone that a generation knows, and why others were left out.

    ``hosts`` is host id -> the ids of its employers.
    """
    known = tuple(each for each in viewer.host_ids if each in hosts)
    reasons = [_why_not(each, hosts) for each in viewer.host_ids if each not in hosts]
    return replace(viewer, host_ids=known), reasons


def _why_not(employer_id: str, hosts: Mapping[str, Sequence[str]]) -> str:
    parent = next((host for host, children in hosts.items() if employer_id in children), None)
    if parent is None:
        return f"employer {employer_id!r} of a grant is unknown in this generation and gives nothing"
    return (
        f"employer {employer_id!r} of a grant belongs to {parent!r} and gives nothing: "
        "grants name ultimate parents, at which hires are counted"
    )
