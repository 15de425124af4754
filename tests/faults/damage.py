"""Files of every format from rows of the contract, and what may happen to their bytes on the way."""

import csv
import gzip
import io
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl
import xlsxwriter
from hypothesis import strategies as st

COLUMNS = ("employer_id", "name", "joined_at", "state")
FORMATS = ("csv", "tsv", "csv.gz", "ndjson", "ndjson.gz", "json", "json.gz", "parquet", "xlsx")
DELIMITERS = {"csv": ",", "tsv": "\t"}

Cells = dict[str, str | None]


@dataclass(frozen=True)
class File:
    """A file of employers: its format, its rows, its bytes, and what was done to them."""

    format: str
    rows: tuple[Cells, ...]
    content: bytes
    newline: str = "\n"
    mutations: tuple[str, ...] = ()

    @property
    def base(self) -> str:
        return self.format.removesuffix(".gz")

    @property
    def plain(self) -> bytes | None:
        """The bytes of the text that the file holds, decompressed; None where it holds no text."""
        if self.base in ("parquet", "xlsx"):
            return None
        try:
            return gzip.decompress(self.content) if self.format.endswith(".gz") else self.content
        except (OSError, EOFError, zlib.error):
            return None


def key(number: int) -> str:
    """Return a key that nothing else in a file looks like."""
    return f"zq{number:03}x"


def encoded(format: str, rows: Sequence[Cells], newline: str = "\n") -> bytes:
    """Return the bytes of a file of these rows."""
    base, out = format.removesuffix(".gz"), io.BytesIO()
    names = list(dict.fromkeys(name for row in rows for name in row)) or list(COLUMNS)
    if base in DELIMITERS:
        text = io.StringIO()
        writer = csv.writer(text, delimiter=DELIMITERS[base], lineterminator=newline)
        writer.writerows([names, *([row.get(name) for name in names] for row in rows)])
        out.write(text.getvalue().encode())
    elif base == "ndjson":
        out.write("".join(json.dumps(row, ensure_ascii=False) + newline for row in rows).encode())
    elif base == "json":
        out.write(json.dumps(list(rows), ensure_ascii=False).encode())
    else:
        frame = pl.DataFrame({name: [row.get(name) for row in rows] for name in names}, dict.fromkeys(names, pl.String))
        if base == "parquet":
            frame.write_parquet(out)
        else:
            with xlsxwriter.Workbook(out) as workbook:
                workbook.set_properties({"created": datetime(2026, 1, 1)})
                frame.write_excel(workbook)
    return gzip.compress(out.getvalue(), mtime=0) if format.endswith(".gz") else out.getvalue()


LETTERS = "abz019 éß漢😀'\"`,;\t|{}[]()*?%$#@!&=+-_.:/\\\N{NO-BREAK SPACE}\u2028\x85"
TEXT = st.text(st.sampled_from(LETTERS), min_size=1, max_size=12)
PLAIN = st.text(st.sampled_from("abz é漢'"), min_size=1, max_size=8).map(lambda text: f"n{text}n")


@st.composite
def whole_files(draw: st.DrawFn, formats: Sequence[str] = FORMATS) -> File:
    """Return a file in which every row conforms; names hold whatever text may."""
    format = draw(st.sampled_from(formats))
    text = PLAIN if format == "xlsx" else TEXT.filter(lambda name: name.strip() != "")
    rows = tuple(
        {
            "employer_id": key(number),
            "name": draw(text),
            "joined_at": f"2025-01-{draw(st.integers(1, 28)):02}T10:00:00Z",
            "state": draw(st.sampled_from(("NY", "CA", None))),
        }
        for number in range(draw(st.integers(1, 8)))
    )
    newline = draw(st.sampled_from(("\n", "\r\n")))
    return File(format, rows, encoded(format, rows, newline), newline)


PIECES = (
    *(b'"', b'""', b"\0", b"\r", b"\n", b"\r\n", b"\n\n", b",", b"\t", b";", b"\xff", b"\xc3", b"\xef\xbb\xbf", b"\\"),
    *(b"{", b"}", b"[", b"]", b"\x1e", b"\x1d", b"\x1f", b"null", b"<html>", b"x" * 200_000, b"\n" * 300, b"," * 50),
)


KINDS = ("cut", "flip", "insert", "drop", "again", "swap", "encode", "newlines", "header", "noise")


@st.composite
def damaged_files(draw: st.DrawFn, formats: Sequence[str] = FORMATS) -> File:
    """Return a file that was whole, and one to three things that happened to its bytes."""
    file = draw(whole_files(formats))
    content, told = file.content, []
    packed = file.format.endswith(".gz") and draw(st.booleans())
    if packed:
        content = gzip.decompress(content)
    for _ in range(draw(st.integers(1, 3))):
        start = content.find(b"\n") + 1 if draw(st.integers(0, 3)) else 0  # mostly below a header
        at, to = sorted(draw(st.integers(start, len(content))) for _ in range(2))
        kind = draw(st.sampled_from(KINDS))
        told.append(f"{kind} {at}-{to}")
        if kind == "cut":
            content = content[:at]
        elif kind == "flip" and content:
            at = min(at, len(content) - 1)
            content = content[:at] + bytes([draw(st.integers(0, 255))]) + content[at + 1 :]
        elif kind == "insert":
            content = content[:at] + draw(st.sampled_from(PIECES)) + content[at:]
        elif kind == "drop":
            content = content[:at] + content[min(to, at + 40) :]
        elif kind == "again":
            content = content[:to] + content[at:to] + content[to:]
        elif kind == "swap":
            content = content.replace(b",", draw(st.sampled_from((b";", b"\t", b",,", b"|"))))
        elif kind == "encode":
            encoding = draw(st.sampled_from(("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "cp037")))
            content = content.decode("utf-8", "replace").encode(encoding, "replace")
        elif kind == "newlines":
            newline = draw(st.sampled_from((b"\r", b"\r\n", b"\n\r", b"\n\n")))
            content = content[:at] + content[at:].replace(b"\n", newline)
        elif kind == "header":
            first, _, rest = content.partition(b"\n")
            content = first + b"\n" + rest + first + b"\n" + rest
        else:
            content = draw(st.binary(max_size=300))
    return replace(file, content=gzip.compress(content, mtime=0) if packed else content, mutations=tuple(told))
