"""What can go wrong, said so that the reader knows where to look and what to do next."""

from difflib import get_close_matches

LOCKED = "Could not set lock on file"
"""What DuckDB says where another process has the file open."""


class ThroughlineError(Exception):
    """Anything that ends a command with exit code 1; its text is the message for the user.

    ``next_command`` is what to type next; None where that is the same command with another argument.
    """

    next_command: str | None = None

    def __init__(self, *told: object, next_command: str | None = None):
        super().__init__(*told)
        if next_command is not None:
            self.next_command = next_command


class RefusedFile(ThroughlineError):
    """A file that is not what it claims: nothing of it is loaded.

    ``found`` may quote the file and stays in the warehouse; ``public`` does without it and may be published. For that,
    ``column`` is a name of the contract or the mapping, and ``expected`` holds nothing of the file's content.
    """

    def __init__(
        self,
        expected: str,
        found: str,
        *,
        line: int | None = None,
        column: str | None = None,
        next_step: str = "Mend or replace the file and run again.",
    ):
        self.expected, self.found, self.line, self.column, self.next_step = expected, found, line, column, next_step
        where = "".join([f"line {line}: " if line else "", f"column {column!r}: " if column else ""])
        self.public = f"{where}expected {expected}. {next_step}".rstrip()
        super().__init__(f"{where}expected {expected}; found {found}. {next_step}".rstrip())


class MappingError(ThroughlineError):
    """A mapping or manifest that cannot be followed; raised before any row is loaded."""

    next_command = "throughline ingest --check"


class WarehouseLocked(ThroughlineError):
    """Another run is writing."""

    next_command = "throughline status"


class WarehouseFailed(ThroughlineError):
    """The warehouse or its disk failed, which no file is to blame for: the run ends, all before it is kept."""

    next_command = "throughline run"


class BuildFailed(ThroughlineError):
    """The transformation failed."""

    next_command = "throughline build"


class PublishRefused(ThroughlineError):
    """The audit found a generation unfit to be seen; ends the command with exit code 3."""

    next_command = "throughline status"


def did_you_mean(word: str, known: list[str]) -> str:
    """Return "nearest: x, y" for the names closest to ``word``, or the whole list where nothing is close."""
    near = get_close_matches(word, known, n=3, cutoff=0.5)
    return f"nearest: {', '.join(near)}" if near else f"known: {', '.join(sorted(known))}"
