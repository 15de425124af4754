"""The audit log: who saw, asked, opened or took what, in lines that cannot be changed without a trace.

An entry is written before what it tells of is shown. Where it cannot be written, nothing is shown.
"""

import os
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from dashboards.audit.entry import Action, Entry, canonical, seal
from dashboards.audit.errors import AuditError, BrokenLogError
from dashboards.audit.key import audit_key
from dashboards.audit.log import Log
from dashboards.audit.verify import Verdict, verify
from dashboards.database import published_dir

__all__ = [
    "Action",
    "AuditError",
    "BrokenLogError",
    "Entry",
    "Log",
    "Verdict",
    "audit_dir",
    "audit_log",
    "parameters_hash",
    "record",
    "statement_hash",
    "stranger",
    "verify",
]  # fmt: skip


def audit_dir() -> Path:
    """Return the log's folder: ``THROUGHLINE_AUDIT``, else ``audit`` beside the published generations."""
    named = os.environ.get("THROUGHLINE_AUDIT")
    return Path(named).resolve() if named else published_dir().parent / "audit"


def audit_log() -> Log:
    """Return the log that this process writes; raises AuditError where there is no key."""
    return Log(audit_dir(), audit_key())


def record(entry: Entry, at: datetime | None = None) -> None:
    """Write an entry, down to the disk, as of ``at`` or now; raises AuditError where it cannot be written."""
    audit_log().append(entry, at or datetime.now(UTC))


def parameters_hash(parameters: Any) -> str:
    """Return a keyed hash of filters and bound values: the same for the same, and nobody can guess them from it."""
    return seal(audit_key(), {"parameters": canonical({"of": parameters})})[:32]


def stranger(name: str) -> str:
    """Return what the log calls somebody without a grant: the same for the same name, which it does not hold.

    A log is never rewritten, and who tried the door may ask to be forgotten.
    """
    return f"stranger {parameters_hash(name)[:16]}"


def statement_hash(statement: str) -> str:
    """Name a statement by its SHA-256, so that one at hand can be held against the log."""
    return f"sha256:{sha256(statement.encode()).hexdigest()}"
