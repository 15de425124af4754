"""The key that seals the audit log: from the environment, else from a file outside the data."""

import os
import secrets
from functools import lru_cache
from pathlib import Path

from dashboards.audit.errors import KeyNotReadableError
from dashboards.database import PROJECT_DIR

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
    """Read the file, or make it, readable by its owner alone; of two that make it at once, both read the first's."""
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_hex(32))
            try:
                os.link(draft, path)
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return path.read_text().strip().encode()
    except (OSError, UnicodeDecodeError) as error:
        raise KeyNotReadableError(path, f"{type(error).__name__}") from error
