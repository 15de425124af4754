"""Records of a delimited text file by their bytes: where each begins and ends, and how to find one again."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

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
    positions of those that it rejected, or of the blank lines before them.
    """
    wanted = set(returned)
    rejected = {offset: index for index, offset in enumerate(rejected_offsets)}
    found: Places = {}
    number = -1
    index: int | None = None
    for record in text_records(path, delimiter):
        index = rejected.get(record.offset, index)
        if record.is_blank or (header and record.line == 1):
            continue
        if index is not None:
            found[-1 - index] = (record.line, record.text)
            index = None
            continue
        number += 1
        if number in wanted:
            found[number] = (record.line, record.text)
    return found


def locate_lines(path: Path, returned: Iterable[int], rejected_offsets: Iterable[int], *, header: bool) -> Places:
    """Return the same as ``locate`` for a file with one line a record, without looking at every record."""
    first = 2 if header else 1
    starts = np.array(list(rejected_offsets), dtype=np.int64)
    rejected = line_numbers_at(path, starts)
    numbers = np.array(list(returned), dtype=np.int64)
    # The k-th returned record stands behind every rejected one that precedes it.
    lines = numbers + first + np.searchsorted(np.sort(rejected) - first - np.arange(len(rejected)), numbers, "right")
    texts = line_texts(path, np.concatenate([lines, rejected]))
    keys = [*numbers.tolist(), *(-1 - index for index in range(len(rejected)))]
    return {key: (line, texts[line]) for key, line in zip(keys, [*lines.tolist(), *rejected.tolist()], strict=True)}


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


def line_texts(path: Path, lines: NDArray[np.int64]) -> dict[int, str]:
    """Return the text of the given lines, numbered from 1."""
    wanted = np.unique(lines)
    starts = {1: 0}
    for ended, newlines in newlines_by_chunk(path):
        here = wanted[(wanted > ended + 1) & (wanted <= ended + 1 + len(newlines))]
        starts |= dict(zip(here.tolist(), (newlines[here - ended - 2] + 1).tolist(), strict=True))
    texts = {}
    with path.open("rb") as stream:
        for line in wanted.tolist():
            stream.seek(starts[line])
            texts[line] = TextRecord(line, starts[line], (stream.readline(),)).text
    return texts
