"""The secret of the extracts: the one file of the dashboards that reads it, from the environment or a key file."""

import os
import secrets
from pathlib import Path

from dashboards.database import PROJECT_DIR, DatabaseError

LEAST_LENGTH = 16


class NoExtractSecretError(DatabaseError):
    """There is no secret to derive an employer's keys from, and none can be made."""

    def __init__(self, path: Path, found: str) -> None:
        super().__init__(
            f"Expected a secret of at least {LEAST_LENGTH} characters in THROUGHLINE_EXTRACT_SECRET or in {path}, "
            f"found {found}. Name a file that can be made, outside the data, with THROUGHLINE_EXTRACT_KEY_FILE."
        )


def key_file() -> Path:
    """Return where the secret is kept: ``THROUGHLINE_EXTRACT_KEY_FILE``, else below the checkout, outside the data."""
    return Path(os.environ.get("THROUGHLINE_EXTRACT_KEY_FILE") or PROJECT_DIR / ".secrets" / "extract.key")


def extract_secret() -> bytes:
    """Return the secret from which every extract's keys are derived; its file (mode 0600) is made on first use.

    Raises NoExtractSecretError where it is missing or too short to be one.
    """
    text, path = os.environ.get("THROUGHLINE_EXTRACT_SECRET", ""), key_file()
    if not text:
        try:
            if not path.exists():
                _make(path)
            text = path.read_text().strip()
        except OSError as error:
            raise NoExtractSecretError(path, f"{type(error).__name__}: {error.strerror}") from error
    if len(text) < LEAST_LENGTH:
        raise NoExtractSecretError(path, f"{len(text)} characters")
    return text.encode()


def _make(path: Path) -> None:
    """Write a new secret; of several processes at once, the first one's stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)
