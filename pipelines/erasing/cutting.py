"""Writes a landed file anew without some of its records; all other records of a text keep their bytes."""

import gzip
import json
from collections.abc import Callable, Collection, Iterator
from itertools import pairwise
from pathlib import Path

import pyarrow.parquet as pq

from pipelines.mapping import Dialect
from pipelines.readers import DELIMITERS
from pipelines.text_records import text_records


def cut(path: Path, target: Path, format: str, dialect: Dialect, places: Collection[int]) -> frozenset[int]:
    """Write ``target``: the file without the records at these places; return all places that are gone.

    Places are physical lines, from 1, where the format has any (a record may span several), else numbers of records, as
    the quarantine knows them.
    """
    if format in (*DELIMITERS, "ndjson"):
        delimiter = None if format == "ndjson" else dialect.delimiter or DELIMITERS[format]
        return cut_lines(path, target, dialect.encoding, delimiter, places)
    if format == "json":
        return cut_array(path, target, places)
    return cut_parquet(path, target, lambda table: [row + 1 not in places for row in range(table.num_rows)])


def cut_lines(
    path: Path, target: Path, encoding: str, delimiter: str | None, places: Collection[int]
) -> frozenset[int]:
    """Write a text without the records that begin on these lines."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    is_wide = "\n".encode(encoding)[-1:] != b"\n" or len("a".encode(encoding)) > 1
    if is_wide:  # a newline is more than one byte: lines are counted in UTF-8, as the reader does
        content = content.decode(encoding).encode()
    plain = target.with_name(f"{target.name}.plain")
    plain.write_bytes(content)
    try:
        kept: list[bytes] = []
        gone: set[int] = set()
        for record in text_records(plain, delimiter.encode() if delimiter else None):
            if record.line in places:
                gone |= set(range(record.line, record.line + len(record.lines)))
            else:
                kept += record.lines
    finally:
        plain.unlink()
    content = b"".join(kept)
    write_text(target, content.decode().encode(encoding) if is_wide else content, is_compressed=path.suffix == ".gz")
    return frozenset(gone)


def write_text(target: Path, content: bytes, *, is_compressed: bool) -> None:
    """Write the bytes, compressed without a time so that the same content is the same file."""
    target.write_bytes(gzip.compress(content, mtime=0) if is_compressed else content)


def cut_array(path: Path, target: Path, places: Collection[int]) -> frozenset[int]:
    """Write a JSON array without some of its objects, numbered from 1; the text of the others stays as it is."""
    content = (gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()).decode("utf-8-sig")
    spans = list(object_spans(content))
    if not spans:
        write_text(target, content.encode(), is_compressed=path.suffix == ".gz")
        return frozenset()
    before = ["", *(content[end:start] for (_, end), (start, _) in pairwise(spans))]
    kept = [(before[number - 1], content[slice(*span)]) for number, span in enumerate(spans, 1) if number not in places]
    texts = [part for each in kept for part in each][1:]
    whole = "".join((content[: spans[0][0]], *texts, content[spans[-1][1] :]))
    write_text(target, whole.encode(), is_compressed=path.suffix == ".gz")
    return frozenset(places)


def object_spans(content: str) -> Iterator[tuple[int, int]]:
    """Yield where each element of a JSON array begins and ends."""
    decoder = json.JSONDecoder()
    position = content.index("[") + 1
    while True:
        while content[position] in " \t\r\n,":
            position += 1
        if content[position] == "]":
            return
        _, end = decoder.raw_decode(content, position)
        yield position, end
        position = end


def cut_parquet(path: Path, target: Path, is_kept: Callable[[pq.ParquetFile], list[bool]]) -> frozenset[int]:
    """Write a Parquet file, with its schema, without the rows that are not kept."""
    table = pq.read_table(path)
    kept = is_kept(table)
    pq.write_table(table.filter(kept), target, compression="zstd")
    return frozenset(row for row, stays in enumerate(kept, 1) if not stays)
