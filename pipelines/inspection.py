"""A look at the bytes of a text file before a reader is trusted with them.

Readers lose rows in silence: a line that is too long, a NUL byte, a quote that never ends, mixed newlines,
a compressed file under a plain name. Whatever a reader cannot be trusted with is refused whole or set aside
by line, so that it sees clean bytes alone and its count can be held against ours.
"""

import codecs
import gzip
import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from pipelines.errors import RefusedFile
from pipelines.text_records import TextRecord, text_records

CHUNK = 1 << 23
LONGEST_LINE = 1 << 24
"""A line over 16 MiB is no record of this domain; readers drop it without a word from 32 MB on."""
MOST_SET_ASIDE = 0.01
"""Above this share of damaged lines the file is not a damaged text but something else."""

MAGIC = {
    b"PK\x03\x04": "a ZIP archive or Excel workbook",
    b"\x1f\x8b": "gzip-compressed bytes",
    b"PAR1": "a Parquet file",
    b"%PDF": "a PDF document",
    b"\x89PNG": "a PNG image",
    b"\x7fELF": "a program",
    b"SQLite format 3": "an SQLite database",
    b"\xd0\xcf\x11\xe0": "an old Office document",
    b"\xff\xfe": "UTF-16 text",
    b"\xfe\xff": "UTF-16 text",
}


@dataclass(frozen=True)
class SetAside:
    """A physical line that no reader may see: its number (from 1), the rule that it breaks and its text."""

    line: int
    rule: str
    expected: str
    found: str
    text: str


@dataclass(frozen=True)
class Inspection:
    """What the bytes say; ``path`` is the file to read: the original, or a cleaned copy with the same line numbers.

    ``records`` counts those below the header that the reader must account for. ``is_plain`` means one line a record:
    no blank lines and no newlines inside quotes.
    """

    path: Path
    records: int
    set_aside: tuple[SetAside, ...] = ()
    is_plain: bool = False


def fingerprint(path: Path) -> str:
    """Return the SHA-256 of the file in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def inspect_text(path: Path, spill: Path, *, encoding: str = "utf-8", delimiter: str | None = ",") -> Inspection:
    """Check a delimited or line-based text file and return what to read.

    ``delimiter`` None means one record a line (NDJSON), where quotes hold no newlines. ``spill`` is a folder for a
    cleaned copy. Raises RefusedFile for what is not text, has a line over 16 MiB or no content.
    """
    refuse_foreign_bytes(path, encoding)
    source = as_utf8(path, spill, encoding)
    survey = Survey(quotes=delimiter is not None)
    for chunk in chunks(source):
        survey.add(chunk)
    survey.finish()
    if survey.is_clean:
        return Inspection(source, survey.records, is_plain=survey.blanks == 0)
    return cleaned_copy(source, spill, delimiter=delimiter.encode() if delimiter else None)


def refuse_foreign_bytes(path: Path, encoding: str) -> None:
    """Refuse what its first bytes show to be something else than text in the declared encoding."""
    with path.open("rb") as stream:
        head = stream.read(4096)
    if not head.strip():
        raise RefusedFile("a header and rows", "an empty file")
    for magic, what in MAGIC.items():
        is_expected = (what.startswith("gzip") and path.suffix == ".gz") or ("UTF-16" in what and "16" in encoding)
        if head.startswith(magic) and not is_expected:
            raise RefusedFile(
                f"{encoding} text", what, next_step="Deliver it under its own file ending, or as UTF-8 text."
            )
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<!doctype html", b"<html", b"<?xml")):
        raise RefusedFile("rows", "an HTML or XML page, such as an error page of the server that should deliver it")


def as_utf8(path: Path, spill: Path, encoding: str) -> Path:
    """Return the path itself where it is plain UTF-8, else a decompressed and decoded copy in ``spill``."""
    is_utf8 = codecs.lookup(encoding).name in ("utf-8", "ascii")
    if is_utf8 and path.suffix != ".gz":
        return path
    copy = spill / "decoded.utf8"
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rb") as stream, copy.open("wb") as out:
            while piece := stream.read(CHUNK):
                out.write(piece if is_utf8 else decoder.decode(piece).encode())
            out.write(b"" if is_utf8 else decoder.decode(b"", final=True).encode())
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise RefusedFile("a whole gzip file", f"a damaged one ({error})") from error
    except UnicodeDecodeError as error:
        raise RefusedFile(
            f"text in {encoding}", f"bytes that are not ({error.reason} at byte {error.start})"
        ) from error
    return copy


def chunks(path: Path) -> Iterator[bytes]:
    """Yield the file's bytes in pieces of 8 MiB."""
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            yield chunk


@dataclass
class Survey:
    """Running counts over the chunks of a file.

    Clean means that a reader may have the bytes as they are and that ``records`` is exact; a file with quoted
    newlines is looked at record by record instead.
    """

    quotes: bool
    newlines: int = 0
    blanks: int = 0
    carriage_returns: int = 0
    crlf: int = 0
    quote_count: int = 0
    quoted_newlines: int = 0
    since_newline: int = 0
    has_damage: bool = False
    tail: bytes = b"\n"
    decoder: codecs.IncrementalDecoder = field(default_factory=lambda: codecs.getincrementaldecoder("utf-8")())

    def add(self, chunk: bytes) -> None:
        """Take the next piece of the file into account."""
        self.has_damage = self.has_damage or b"\0" in chunk or not self._is_utf8(chunk)
        self._measure_lines(chunk)
        self.crlf += self.tail.endswith(b"\r") and chunk.startswith(b"\n")
        if b"\r" in chunk:
            self.carriage_returns += chunk.count(b"\r")
            self.crlf += chunk.count(b"\r\n")
        self._count_newlines(self.tail + chunk if self.carriage_returns else self.tail[-1:] + chunk, len(chunk))
        if self.quotes and b'"' in chunk:
            self._count_quotes(chunk)
        elif self.quote_count % 2:
            self.quoted_newlines += 1
        self.tail = chunk[-4:] if len(chunk) >= 4 else (self.tail + chunk)[-4:]

    def _is_utf8(self, chunk: bytes) -> bool:
        if chunk.isascii() and not self.decoder.getstate()[0]:
            return True
        try:
            self.decoder.decode(chunk)
        except UnicodeDecodeError:
            return False
        return True

    def _measure_lines(self, chunk: bytes) -> None:
        for start in range(0, len(chunk), 1 << 20):
            block = chunk[start : start + (1 << 20)]
            first = block.find(b"\n")
            longest = self.since_newline + (first if first >= 0 else len(block))
            if longest > LONGEST_LINE:
                raise RefusedFile(f"lines of at most {LONGEST_LINE:,} bytes", f"one of at least {longest:,}")
            self.since_newline = len(block) - 1 - block.rfind(b"\n") if first >= 0 else longest

    def _count_newlines(self, with_tail: bytes, length: int) -> None:
        before = with_tail[: len(with_tail) - length]
        text = with_tail.replace(b"\r", b"") if self.carriage_returns else with_tail
        is_newline = np.frombuffer(text, dtype=np.uint8) == 10
        blanks = int(np.count_nonzero(is_newline[1:] & is_newline[:-1]))
        known = before.replace(b"\r", b"") if self.carriage_returns else before
        self.newlines += int(np.count_nonzero(is_newline)) - known.count(b"\n")
        self.blanks += blanks - sum(known[i : i + 2] == b"\n\n" for i in range(len(known)))

    def _count_quotes(self, chunk: bytes) -> None:
        data = np.frombuffer(chunk, dtype=np.uint8)
        quotes, newlines = np.flatnonzero(data == 34), np.flatnonzero(data == 10)
        before = np.searchsorted(quotes, newlines) + self.quote_count
        self.quoted_newlines += int(np.count_nonzero(before % 2))
        self.quote_count += len(quotes)

    def finish(self) -> None:
        """Count a last line without a newline, and damage that shows only at the end."""
        if not self.tail.endswith(b"\n"):
            self.newlines += 1
        self.has_damage = self.has_damage or bool(self.decoder.getstate()[0]) or self.quote_count % 2 == 1

    @property
    def records(self) -> int:
        """Records below the header: lines that are not blank, as long as no quoted field holds a newline."""
        return self.newlines - self.blanks - 1

    @property
    def is_clean(self) -> bool:
        mixed = self.carriage_returns > 0 and self.carriage_returns != self.newlines
        stray_return = self.carriage_returns != self.crlf
        return not (self.has_damage or mixed or stray_return or self.quoted_newlines)


def cleaned_copy(path: Path, spill: Path, *, delimiter: bytes | None) -> Inspection:
    """Write the file with one kind of newline and blank lines in place of damaged ones; say what was set aside.

    Line numbers stay as they were, since readers skip blank lines.
    """
    copy = spill / "cleaned.utf8"
    aside: list[SetAside] = []
    records = 0
    quoted_newlines = False
    with copy.open("wb") as out:
        for record in text_records(path, delimiter):
            problem = None if record.is_blank else damage(record)
            if problem is not None:
                if record.line == 1:
                    raise RefusedFile("a readable header", f"{problem[2]} in it: {record.text[:80]!r}", line=1)
                aside.append(SetAside(record.line, *problem, record.text))
            if record.is_blank or problem is not None:
                out.write(b"\n" * len(record.lines))
                continue
            records += 1
            quoted_newlines = quoted_newlines or len(record.lines) > 1
            out.write(b"".join(line.rstrip(b"\r\n").replace(b"\r", b" ") + b"\n" for line in record.lines))
    if len(aside) > max(10, MOST_SET_ASIDE * (records + len(aside))):
        raise RefusedFile("text", f"{len(aside):,} damaged lines, the first in line {aside[0].line} ({aside[0].found})")
    return Inspection(copy, records - 1, tuple(aside))


def damage(record: TextRecord) -> tuple[str, str, str] | None:
    """Return (rule, expected, found) for a record that no reader may see, else None."""
    joined = b"".join(record.lines)
    if b"\0" in joined:
        return "NUL byte", "text", "a NUL byte"
    try:
        joined.decode("utf-8")
    except UnicodeDecodeError as error:
        return "invalid encoding", "UTF-8", f"byte 0x{joined[error.start]:02x}"
    return ("unterminated quote", "a closing quote", "none") if record.is_open else None
