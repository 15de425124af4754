"""What can go wrong with the audit log."""

from pathlib import Path


class AuditError(Exception):
    """The audit log could not be written or read: nothing is shown that is not recorded."""


class LogNotWritableError(AuditError):
    """An entry could not be written."""

    def __init__(self, folder: Path, cause: OSError) -> None:
        super().__init__(
            f"Expected the audit log to take an entry, found {cause.strerror or cause}. Nothing is shown that cannot "
            f"be recorded. See that the folder {folder.name} (THROUGHLINE_AUDIT) is this user's own and has room."
        )


class KeyNotReadableError(AuditError):
    """There is no key to seal entries with."""

    def __init__(self, path: Path, found: str) -> None:
        super().__init__(
            f"Expected the audit log's key in {path.name}, at least 16 bytes, found {found}. "
            "Give it by THROUGHLINE_AUDIT_SECRET, or name its file by THROUGHLINE_AUDIT_KEY_FILE."
        )


class OtherKeyError(AuditError):
    """The key is not the one that sealed the log so far."""

    def __init__(self, expected: str, found: str) -> None:
        super().__init__(
            f"Expected the audit log's key {expected}, found key {found}. Put the earlier key back "
            "(THROUGHLINE_AUDIT_SECRET or its file), or move the log's folder away to begin a new one."
        )


class BrokenLogError(AuditError):
    """The log was changed, or something is missing from it."""

    def __init__(self, place: str, expected: str, found: str) -> None:
        self.place, self.expected, self.found = place, expected, found
        super().__init__(f"{place}: expected {expected}; found {found}.")
