"""The key that seals the audit log: from the environment, else from a file outside the data."""

import os
from functools import lru_cache
from pathlib import Path

from dashboards.audit.errors import KeyNotReadableError
from dashboards.database import PROJECT_DIR
from dashboards.key_files import kept_secret

SHORTEST = 16


def audit_key() -> bytes:
    """Return ``THROUGHLINE_AUDIT_SECRET``, else the content of ``THROUGHLINE_AUDIT_KEY_FILE``, made on first use.

    Raises KeyNotReadableError where there is none and none can be made.
    """
    told = os.environ.get("THROUGHLINE_AUDIT_SECRET", "")
    path = Path(os.environ.get("THROUGHLINE_AUDIT_KEY_FILE", PROJECT_DIR / ".secrets" / "audit.key"))
    key = told.encode() or _kept(path)
    if len(key) < SHORTEST:
        raise KeyNotReadableError(path, f"{len(key)} bytes")
    return key


@lru_cache(maxsize=4)
def _kept(path: Path) -> bytes:
    """Read the file once for each process."""
    try:
        return kept_secret(path).encode()
    except (OSError, UnicodeDecodeError) as error:
        raise KeyNotReadableError(path, f"{type(error).__name__}") from error
