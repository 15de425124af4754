"""A file's records on their way into the warehouse: the table ``staged``, and what the reader could not return."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pipelines.errors import RefusedFile, did_you_mean
from pipelines.sql import identifier, literal
from pipelines.text_records import Places


@dataclass(frozen=True)
class Rejected:
    """A record that does not conform: where it stands, which rule it breaks, what was expected and found."""

    line: int | None
    column: str | None
    rule: str
    expected: str
    found: str | None
    text: str | None


RESERVED = ("rowid", "record", "sheet_row")
"""Names under which staged records are numbered: a file's own column of such a name is staged under another."""


def staged_name(column: str) -> str:
    """Return the name that a source column has in the table ``staged``."""
    return f"{column} of the file" if column.lower() in RESERVED else column


Locator = Callable[[Iterable[int]], Places]


@dataclass(frozen=True)
class Staged:
    """A file's records in the table ``staged``: its columns with their types, and how to find a record again.

    ``usable`` is the SQL condition of the rows that are records; ``documents`` is true where each is one JSON document
    in the column ``doc``; ``blank_is_text`` is false where the reader has made empty text NULL.
    """

    columns: dict[str, str]
    rows: int
    rejected: tuple[Rejected, ...]
    locate: Locator
    usable: str = "true"
    documents: bool = False
    blank_is_text: bool = True

    @property
    def read(self) -> int:
        """Records in the file: staged and rejected."""
        return self.rows + len(self.rejected)

    def value(self, column: str) -> tuple[str, str]:
        """Return (SQL expression, SQL type) of a source column; raise RefusedFile where the file lacks it."""
        if (column.split(".")[0] if self.documents else column) not in self.columns:
            raise RefusedFile(
                f"a column {column!r}", f"none ({did_you_mean(column, list(self.columns))})", line=1, column=column
            )
        if self.documents:
            path = "$" + "".join(f'."{part}"' for part in column.split("."))
            return f"json_extract_string(doc, {literal(path)})", "JSON"
        return identifier(staged_name(column)), self.columns[column]


def records_at(locate: Locator, rows: int, lines: Iterable[int]) -> dict[int, int]:
    """Return line -> number of the record that begins there, among the ``rows`` that the reader returned.

    All lines are bisected at once, since lines rise with records. As each record takes a line or more, one that is
    found ``n`` lines away bounds the record sought to ``n`` numbers away; in most files the first guess is right.
    """
    bounds = {line: (0, min(rows, line)) for line in lines}
    found: dict[int, int] = {}
    is_guess = True
    while bounds := {line: (low, high) for line, (low, high) in bounds.items() if low < high}:
        probes = {line: high - 1 if is_guess else (low + high) // 2 for line, (low, high) in bounds.items()}
        places = locate(sorted(set(probes.values())))
        for line, probe in probes.items():
            (low, high), here = bounds[line], places[probe][0]
            if here == line:
                found[line], bounds[line] = probe, (0, 0)
            elif here < line:
                bounds[line] = (probe + 1, min(high, probe + 1 + line - here))
            else:
                bounds[line] = (max(low, probe - (here - line)), probe)
        is_guess = not is_guess
    return found
