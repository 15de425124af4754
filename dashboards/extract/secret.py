"""The secret of the extracts: the one file of the dashboards that reads it, from the environment or a key file."""

import os
from pathlib import Path

from dashboards.database import PROJECT_DIR, DatabaseError
from dashboards.key_files import kept_secret

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
            text = kept_secret(path)
        except (OSError, UnicodeDecodeError) as error:
            raise NoExtractSecretError(path, f"{type(error).__name__}: {error}") from error
    if len(text) < LEAST_LENGTH:
        raise NoExtractSecretError(path, f"{len(text)} characters")
    return text.encode()
