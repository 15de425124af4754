"""What one line of the audit log says, and the seal that ties it to the line before."""

import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Literal

Action = Literal["page", "rows", "data", "export", "sql", "query", "metrics", "login", "denied", "audit", "mended"]

LONGEST = {"who": 200, "subject": 200, "scope": 100, "text": 2000, "reason": 300}
"""Field -> most characters that are kept: what a stranger types does not fill the disk."""

NOTHING_BEFORE = "0" * 64


@dataclass(frozen=True)
class Entry:
    """Who did what, to which part of the data, with how many rows; no student's data stand in any field.

    ``subject`` is a page, a metric or a statement's SHA-256, ``scope`` the platform or a host's id, ``parameters`` the
    hash of filters and bound values, ``text`` a statement without its literals, ``rows`` those shown or exported.
    """

    who: str
    role: str
    action: Action
    subject: str
    scope: str = "platform"
    parameters: str = ""
    rows: int | None = None
    generation: str = ""
    is_export: bool = False
    is_denied: bool = False
    reason: str = ""
    text: str = ""


def canonical(fields: Mapping[str, Any]) -> str:
    """Write fields as the one JSON text that they have: sorted, without blanks, in ASCII."""
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=str)


def seal(key: bytes, fields: Mapping[str, Any]) -> str:
    """Return the HMAC-SHA-256 over the canonical text of fields, 64 hexadecimal digits."""
    return hmac.new(key, canonical(fields).encode(), sha256).hexdigest()


def key_id(key: bytes) -> str:
    """Name a key without telling it: eight hexadecimal digits."""
    return hmac.new(key, b"throughline audit key", sha256).hexdigest()[:8]


def line(entry: Entry, sequence: int, at: datetime, previous: str, key: bytes) -> tuple[str, str]:
    """Return an entry's line, without its end, and its seal."""
    fields: dict[str, Any] = asdict(entry)
    fields |= {name: fields[name][:most] for name, most in LONGEST.items()}
    moment = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    fields |= {"sequence": sequence, "at": moment.isoformat(timespec="milliseconds"), "previous": previous}
    fields["key"] = key_id(key)
    fields["hash"] = seal(key, fields)
    return canonical(fields), fields["hash"]


def is_sealed(fields: Mapping[str, Any], key: bytes) -> bool:
    """Tell whether the seal that fields carry is theirs."""
    rest = {name: value for name, value in fields.items() if name != "hash"}
    return hmac.compare_digest(str(fields.get("hash", "")), seal(key, rest))


def parsed(text: bytes) -> dict[str, Any] | None:
    """Return the fields of a line, or None where it is not one of ours: every byte has to be as we write it."""
    try:
        fields = json.loads(text)
    except ValueError:
        return None
    if not isinstance(fields, dict) or canonical(fields).encode() != text.rstrip(b"\n"):
        return None
    return fields
