"""What went wrong with a statement, where, and what to do next."""

import re
from dataclasses import dataclass
from typing import Literal

from dashboards.analysis.limits import GIGABYTE, Limits

ADVICE = {
    "Parser": "Look just before the mark: a comma too many, a word missing, a bracket open?",
    "Binder": "describe marts.x lists the columns of a table; a column of one step must be selected by it.",
    "Catalog": "Tables are named marts.x and meta.x: select table_name from duckdb_tables() lists them.",
    "Conversion": "try_cast(value as type) gives NULL where a value does not fit.",
    "Invalid Input": "Check the values and types that the function is given.",
    "Out of Range": "Cast to double or bigint before you add up or multiply.",
    "Permission": "Only the published file can be read here: no other file, no network, no extension.",
    "Out of Memory": "Filter before you join, select fewer columns, or aggregate in steps.",
}
"""DuckDB's kind of error -> what to do."""

OTHERWISE = "Change the statement and run it again."
MEMORY_WORDS = ("Out of Memory", "std::bad_alloc", "MemoryError", "Allocation failure", "could not allocate")

_KIND = re.compile(r"\A(?P<kind>[A-Z][A-Za-z ]*?) Error: ")
_MARK = re.compile(r"^(?P<head>LINE (?P<line>\d+): )(?P<text>.*)\n(?P<caret> *)\^", re.M)


@dataclass(frozen=True)
class Problem:
    """A title, what was found, what to do, and the place in the statement (from 1) where the database names one.

    ``kind`` tells what may not be done from what went wrong.
    """

    title: str
    detail: str
    advice: str = OTHERWISE
    line: int | None = None
    column: int | None = None
    kind: Literal["refused", "cancelled", "failed"] = "failed"

    @classmethod
    def of(cls, message: str, limits: Limits | None = None) -> "Problem":
        """Explain a message of DuckDB."""
        if any(word in message for word in MEMORY_WORDS):
            return out_of_memory(limits or Limits())
        found = _KIND.match(message)
        kind = found["kind"] if found else ""
        line, column = _place(message)
        where = f" in line {line}" if line else ""
        title = "Out of reach" if kind == "Permission" else f"{kind or 'The statement'} error{where}".capitalize()
        detail = message[found.end() :] if found else message
        is_refused = kind == "Permission" or "configuration has been locked" in message
        outcome: Literal["refused", "failed"] = "refused" if is_refused else "failed"
        return cls(title, detail.strip(), ADVICE.get(kind, OTHERWISE), line, column, outcome)

    def __str__(self) -> str:
        """Say it in a few lines."""
        return f"{self.title}. {self.detail}\n{self.advice}"


def _place(message: str) -> tuple[int | None, int | None]:
    """Return line and column of the mark under a quoted line; a line that DuckDB cut at its start has no column."""
    mark = _MARK.search(message)
    if mark is None:
        return None, None
    column = len(mark["caret"]) - len(mark["head"]) + 1
    return int(mark["line"]), None if mark["text"].startswith("...") else column


def out_of_memory(limits: Limits) -> Problem:
    """Say that a statement ran into its memory."""
    size = limits.memory / GIGABYTE
    return Problem(
        "Out of memory", f"The statement needed more than {size:g} GB and was stopped.", ADVICE["Out of Memory"]
    )


def too_slow(limits: Limits) -> Problem:
    """Say that a statement ran into its time."""
    return Problem(
        "Out of time",
        f"The statement took more than {limits.seconds:g} seconds and was stopped.",
        "Filter to fewer rows or a shorter period first; look for a join without a condition.",
    )


def cancelled() -> Problem:
    """Say that the reader stopped a statement."""
    return Problem(
        "Cancelled", "The statement was stopped before it ended.", "Run it again when you like.", kind="cancelled"
    )


def replaced() -> Problem:
    """Say that an answer is not shown, since the data that it is of were removed."""
    return Problem(
        "A newer generation is current", "The one that was asked is gone, and its answer with it.", "Run it again."
    )


def unrecorded() -> Problem:
    """Say that an answer is not shown, since it could not be recorded."""
    return Problem(
        "The statement could not be recorded",
        "The audit log took no entry, so nothing is shown.",
        "Tell whoever runs the dashboards; `throughline audit verify` says what is wrong with the log.",
    )
