"""What can go wrong with the published data, said so that a reader knows what to do."""

from pathlib import Path


class DatabaseError(Exception):
    """The published data could not be read."""


class NothingPublishedError(DatabaseError):
    """There is no pointer to a published generation."""

    def __init__(self, pointer: Path) -> None:
        super().__init__(
            f"Expected a published generation named by {pointer}, found none. "
            "Make one with `throughline run`, or `throughline demo` for a synthetic marketplace."
        )


class BrokenPointerError(DatabaseError):
    """The pointer is unreadable, or names a file that is not there."""

    def __init__(self, pointer: Path, found: str) -> None:
        super().__init__(f"Expected {pointer} to name a published file, found {found}. See `throughline status`.")


class GoneGenerationError(DatabaseError):
    """A generation was removed: somebody was erased, or newer ones took its place."""

    def __init__(self) -> None:
        super().__init__(
            "A newer generation is current, and the one that was asked is gone. Load the page, or ask, again."
        )


class TooSlowError(DatabaseError):
    """A query ran into the time limit."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"A query took more than {seconds:g} seconds and was stopped. Narrow the filters.")


class TooManyRowsError(DatabaseError):
    """A query returned more rows than one answer may hold."""

    def __init__(self, most: int) -> None:
        super().__init__(
            f"Expected at most {most:,} rows, found more. Narrow the filters, or read the published file itself."
        )
