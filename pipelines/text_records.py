"""Records of a delimited text file by their bytes: where each begins and ends, and how to find one again."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

CHUNK = 1 << 23

Places = dict[int, tuple[int, str]]
"""{record: (first physical line, text)}; rejected records have the keys ``-1 - position in rejected_offsets``."""


@dataclass(frozen=True)
class TextRecord:
    """One record: number of its first physical line (from 1), byte offset, lines, and whether its quote never ends."""

    line: int
    offset: int
    lines: tuple[bytes, ...]
    is_open: bool = False

    @property
    def is_blank(self) -> bool:
        return len(self.lines) == 1 and not self.lines[0].strip(b"\r\n")

    @property
    def text(self) -> str:
        decoded = b"".join(self.lines).decode("utf-8", "replace")
        return decoded.rstrip("\r\n").replace("\0", "\N{SYMBOL FOR NULL}")


LOOKAHEAD = 100
"""A quote that is not closed within this many lines never is: no field of the contract is longer."""


def text_records(path: Path, delimiter: bytes | None) -> Iterator[TextRecord]:
    """Yield the records of a text file; ``delimiter`` None means one record a line, whatever quotes it holds."""
    with path.open("rb") as stream:
        waiting: deque[bytes] = deque()
        number, offset = 1, 0
        while True:
            taken: list[bytes] = []
            is_open = False
            while not taken or is_open:
                position = len(taken)
                if position == len(waiting):
                    line = stream.readline()
                    if not line:
                        break
                    waiting.append(line)
                taken.append(waiting[position])
                is_open = delimiter is not None and leaves_open(taken[-1], is_open, delimiter)
                if len(taken) > LOOKAHEAD:
                    break
            if not taken:
                return
            record = TextRecord(number, offset, (taken[0],) if is_open else tuple(taken), is_open)
            yield record
            for line in record.lines:
                waiting.popleft()
                number, offset = number + 1, offset + len(line)


def leaves_open(line: bytes, is_open: bool, delimiter: bytes) -> bool:
    """Say whether a quoted field is still open at the end of the line; a quote opens at the start of a field alone."""
    if not is_open and b'"' not in line:
        return False
    position = 0
    while True:
        if is_open:
            position = line.find(b'"', position)
            if position < 0:
                return True
            if line[position + 1 : position + 2] == b'"':
                position += 2
                continue
            is_open = False
        elif line[position : position + 1] == b'"':
            is_open = True
            position += 1
            continue
        position = line.find(delimiter, position)
        if position < 0:
            return False
        position += 1


def locate(
    path: Path, delimiter: bytes | None, returned: Iterable[int], rejected_offsets: Iterable[int], *, header: bool
) -> Places:
    """Return the places of records, in one pass over the file, record by record.

    ``returned`` are numbers, from 0, among the records that the reader returned. ``rejected_offsets`` are the byte
    positions of those that it rejected.
    """
    wanted = set(returned)
    rejected = {offset: index for index, offset in enumerate(rejected_offsets)}
    found: Places = {}
    number = -1
    for record in text_records(path, delimiter):
        if record.is_blank or (header and record.line == 1):
            continue
        if record.offset in rejected:
            found[-1 - rejected[record.offset]] = (record.line, record.text)
            continue
        number += 1
        if number in wanted:
            found[number] = (record.line, record.text)
    return found


@dataclass(frozen=True)
class Records:
    """Places in a delimited file whose fields may hold newlines: every record is looked at."""

    path: Path
    delimiter: bytes | None
    rejected_offsets: tuple[int, ...] = ()
    header: bool = True

    def places(self, returned: Iterable[int]) -> Places:
        """Return the places of records by their numbers, from 0, among those that the reader returned."""
        return locate(self.path, self.delimiter, returned, self.rejected_offsets, header=self.header)

    def rejected_places(self) -> Places:
        """Return the places of the rejected records, with the keys of ``locate``."""
        return self.places(()) if self.rejected_offsets else {}


class Lines:
    """Places in a file with one line a record, found without looking at every record.

    ``rejected_offsets`` are the byte positions of the records that the reader rejected.
    """

    def __init__(self, path: Path, rejected_offsets: Iterable[int], *, header: bool) -> None:
        self.path = path
        self.first = 2 if header else 1
        self.offsets = np.array(list(rejected_offsets), dtype=np.int64)
        self.rejected = line_numbers_at(path, self.offsets)

    def places(self, returned: Iterable[int]) -> Places:
        """Return the places of records by their numbers, from 0, among those that the reader returned."""
        numbers = np.array(list(returned), dtype=np.int64)
        # The k-th returned record stands behind every rejected one that precedes it.
        before = np.sort(self.rejected) - self.first - np.arange(len(self.rejected))
        lines = numbers + self.first + np.searchsorted(before, numbers, "right")
        texts = texts_at(self.path, line_starts(self.path, lines))
        return {number: (line, texts[line]) for number, line in zip(numbers.tolist(), lines.tolist(), strict=True)}

    def rejected_places(self) -> Places:
        """Return the places of the rejected records, with the keys of ``locate``."""
        texts = texts_at(self.path, dict(zip(self.rejected.tolist(), self.offsets.tolist(), strict=True)))
        return {-1 - index: (line, texts[line]) for index, line in enumerate(self.rejected.tolist())}


def newlines_by_chunk(path: Path) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Yield (number of lines that ended before, byte offsets of the newlines) for each piece of the file."""
    offset = ended = 0
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            newlines = np.flatnonzero(np.frombuffer(chunk, dtype=np.uint8) == 10) + offset
            yield ended, newlines
            offset, ended = offset + len(chunk), ended + len(newlines)


def line_numbers_at(path: Path, offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the number, from 1, of the line in which each byte offset lies."""
    numbers = np.ones(len(offsets), dtype=np.int64)
    for _, newlines in newlines_by_chunk(path) if len(offsets) else ():
        numbers += np.searchsorted(newlines, offsets)
    return numbers


def line_starts(path: Path, lines: NDArray[np.int64]) -> dict[int, int]:
    """Return the byte offset at which each of the lines, numbered from 1, begins."""
    wanted = np.unique(lines)
    starts = {1: 0}
    for ended, newlines in newlines_by_chunk(path) if len(wanted) else ():
        here = wanted[(wanted > ended + 1) & (wanted <= ended + 1 + len(newlines))]
        starts |= dict(zip(here.tolist(), (newlines[here - ended - 2] + 1).tolist(), strict=True))
    return {line: starts[line] for line in wanted.tolist()}


def texts_at(path: Path, starts: dict[int, int]) -> dict[int, str]:
    """Return the text of each line that begins at an offset."""
    with path.open("rb") as stream:
        return {line: text_at(stream, line, offset) for line, offset in starts.items()}


def text_at(stream: BinaryIO, line: int, offset: int) -> str:
    """Return the text of the line that begins at an offset of an open file."""
    stream.seek(offset)
    return TextRecord(line, offset, (stream.readline(),)).text
