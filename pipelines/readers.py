"""From a landed file to a staged table: one row per record, values as the file has them, nothing lost.

Every format ends as the temporary table ``staged``, whose row id is the number of the record (from 0) among those
that the reader returned. What the reader could not return is in ``Staged.rejected``.
"""

import csv
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import duckdb
import fastexcel
import polars as pl

from pipelines.errors import RefusedFile
from pipelines.inspection import LONGEST_LINE, Inspection, as_utf8, inspect_text
from pipelines.mapping import Dialect
from pipelines.sql import count, identifier, literal
from pipelines.staged import Locator, Rejected, Staged, staged_name
from pipelines.text_records import Lines, Places, Records

DELIMITERS = {"csv": ",", "tsv": "\t"}
REJECTIONS = {
    "MISSING COLUMNS": "too few fields",
    "TOO MANY COLUMNS": "too many fields",
    "UNQUOTED VALUE": "malformed quote",
    "LINE SIZE OVER MAXIMUM": "line too long",
    "INVALID ENCODING": "invalid encoding",
    "INVALID STATE": "malformed record",
}


Reject = tuple[int, str | None, str, str, str | None]
"""What the reader of text rejected: byte offset of the record, column, rule, expected, found."""


def stage(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    format: str,
    dialect: Dialect,
    spill: Path,
) -> Staged:
    """Read the file into the temporary table ``staged``; raise RefusedFile where it is not what it claims."""
    connection.execute("drop table if exists staged")
    if format in DELIMITERS:
        return stage_delimited(connection, path, dialect, dialect.delimiter or DELIMITERS[format], spill)
    if format == "ndjson":
        return stage_lines(connection, path, dialect, spill)
    if format == "json":
        return stage_json_array(connection, as_utf8(path, spill, dialect.encoding))
    if format == "parquet":
        return stage_parquet(connection, path)
    return stage_workbook(connection, path, dialect)


def stage_delimited(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    dialect: Dialect,
    delimiter: str,
    spill: Path,
) -> Staged:
    """Stage a CSV or TSV file as text, and hold the reader's count against the number of lines."""
    inspection = inspect_text(path, spill, encoding=dialect.encoding, delimiter=delimiter)
    columns = dict.fromkeys(header_of(inspection.path, delimiter), "VARCHAR")
    types = ", ".join(f"{literal(staged_name(name))}: '{kind}'" for name, kind in columns.items())
    rows, rejects = read_text(
        connection,
        inspection,
        f"columns = {{{types}}}, header = true, delim = {literal(delimiter)}, quote = '\"', escape = '\"'",
    )
    finder = finder_of(inspection, delimiter.encode(), rejects, header=True)
    rejected = [
        Rejected(line, column, rule, expected, found, text)
        for (line, text), (_, column, rule, expected, found) in zip(places_of(finder, rejects), rejects, strict=True)
    ]
    return Staged(columns, rows, (*rejected, *set_aside(inspection)), finder.places, blank_is_text=False)


def finder_of(
    inspection: Inspection, delimiter: bytes | None, rejects: list[Reject], *, header: bool
) -> Lines | Records:
    """Return what finds a record of the inspected file again, the fast way where a record is a line."""
    offsets = tuple(offset for offset, *_ in rejects)
    if inspection.is_plain:
        return Lines(inspection.path, offsets, header=header)
    return Records(inspection.path, delimiter, offsets, header)


def places_of(finder: Lines | Records, rejects: list[Reject]) -> list[tuple[int, str]]:
    """Return line and text of each record that the reader rejected, in their order."""
    places = finder.rejected_places()
    if len(places) < len(rejects):
        raise RefusedFile("records that can be found again", f"{len(rejects) - len(places):,} that cannot")
    return [places[-1 - index] for index in range(len(rejects))]


def header_of(path: Path, delimiter: str) -> list[str]:
    """Return the names in the first line; raise RefusedFile where it is no header."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        try:
            header = next(csv.reader(islice(stream, 1), delimiter=delimiter, strict=True), [])
        except csv.Error as error:
            raise RefusedFile("a header", f"a line that is none ({error})", line=1) from error
    header = [name.strip() for name in header]
    refuse_ambiguous(header)
    return header


def refuse_ambiguous(names: list[str]) -> None:
    """Refuse a header without names, or with one that stands there twice, in any case of its letters."""
    if not names or not all(names) or len({name.lower() for name in names}) < len(names):
        raise RefusedFile("a header of different names", f"{names}", line=1)


def read_text(connection: duckdb.DuckDBPyConnection, inspection: Inspection, options: str) -> tuple[int, list[Reject]]:
    """Read a text file into ``staged``; return its rows and the rejects."""
    for table in ("staged_rejects", "staged_scans"):
        connection.execute(f"drop table if exists {table}")
    try:
        connection.execute(f"""
            create temp table staged as
            select * from read_csv(
                {literal(str(inspection.path))}, auto_detect = false, hive_partitioning = false,
                {options}, max_line_size = {LONGEST_LINE},
                store_rejects = true, rejects_table = 'staged_rejects', rejects_scan = 'staged_scans', rejects_limit = 0
            )
        """)
    except duckdb.Error as error:
        raise RefusedFile("a readable file", str(error).split("\n", 1)[0]) from error
    found = connection.sql("""
        select line_byte_position - 1, error_type, column_name, error_message
        from staged_rejects
        qualify row_number() over (partition by line_byte_position order by column_idx) = 1
        order by 1
    """).fetchall()
    starts = record_starts(inspection.path, [at for at, *_ in found])
    rejects = [
        (at, column, *reader_rule(kind, message)) for at, (_, kind, column, message) in zip(starts, found, strict=True)
    ]
    rows = count(connection, "staged")
    if rows + len(rejects) != inspection.records:
        raise RefusedFile(
            f"{inspection.records:,} records, by the file's lines",
            f"{rows:,} read and {len(rejects):,} rejected by the reader",
            next_step="Check delimiter, quotes and newlines of the file.",
        )
    return rows, rejects


def record_starts(path: Path, offsets: list[int]) -> list[int]:
    """Return the first byte of each record; the reader points at the newline or the blank lines before some."""
    starts = []
    with path.open("rb") as stream:
        for offset in offsets:
            stream.seek(offset)
            while (line := stream.readline()) and not line.strip(b"\r\n"):
                offset += len(line)
            starts.append(offset)
    return starts


def reader_rule(kind: str, message: str) -> tuple[str, str, str | None]:
    """Return (rule, expected, found) for an error of the CSV reader."""
    rule = REJECTIONS.get(kind, kind.lower())
    if "Expected Number of Columns: " in message:
        expected, _, found = message.removeprefix("Expected Number of Columns: ").partition(" Found: ")
        return rule, f"{expected} fields", f"{found} fields"
    return rule, "a readable record", message


def set_aside(inspection: Inspection) -> list[Rejected]:
    """Return the lines that inspection kept from the reader."""
    return [Rejected(each.line, None, each.rule, each.expected, each.found, each.text) for each in inspection.set_aside]


def stage_lines(connection: duckdb.DuckDBPyConnection, path: Path, dialect: Dialect, spill: Path) -> Staged:
    """Stage newline-delimited JSON: one document a line; lines that are no JSON object are rejected."""
    inspection = inspect_text(path, spill, encoding=dialect.encoding, delimiter=None)
    lines = Inspection(inspection.path, inspection.records + 1, inspection.set_aside)
    _, rejects = read_text(
        connection,
        lines,
        "columns = {'doc': 'VARCHAR'}, header = false, delim = '\x1e', quote = '', escape = '', nullstr = '\x1d'",
    )
    connection.execute("""
        alter table staged add column is_object boolean;
        update staged set is_object = case when json_valid(doc) then json_type(doc) = 'OBJECT' else false end
    """)

    finder = finder_of(inspection, None, rejects, header=False)
    bad = [record for (record,) in connection.sql("select rowid from staged where not is_object").fetchall()]
    places = finder.places(bad)
    rejected = [
        Rejected(line, None, "not JSON", "one JSON object a line", text[:80], text)
        for line, text in sorted([*(places[record] for record in bad), *places_of(finder, rejects)])
    ]
    rows = count(connection, "staged") - len(bad)
    return Staged(
        document_columns(connection, "is_object"),
        rows,
        (*rejected, *set_aside(inspection)),
        finder.places,
        usable="is_object",
        documents=True,
    )


def stage_json_array(connection: duckdb.DuckDBPyConnection, path: Path) -> Staged:
    """Stage a JSON file that holds an array of objects; ``line`` is the number of the object."""
    with path.open("rb") as stream:
        head = stream.read(64).lstrip()
    if not head.startswith(b"["):
        raise RefusedFile("a JSON array of objects", repr(head[:20].decode("utf-8", "replace")) if head else "nothing")
    try:
        connection.execute(f"""
            create temp table staged as
            select json as doc from read_json_objects({literal(str(path))}, format = 'array')
        """)
    except duckdb.Error as error:
        raise RefusedFile("a JSON array of objects", str(error).split("\n", 1)[0]) from error
    return Staged(document_columns(connection), count(connection, "staged"), (), whole_rows(connection), documents=True)


def document_columns(connection: duckdb.DuckDBPyConnection, usable: str = "true") -> dict[str, str]:
    """Return the keys of the staged documents; what is nested is reached by dotted paths."""
    keys = connection.sql(f"select distinct unnest(json_keys(doc)) from staged where {usable}").fetchall()
    return {key: "JSON" for (key,) in sorted(keys)}


def stage_parquet(connection: duckdb.DuckDBPyConnection, path: Path) -> Staged:
    """Stage a Parquet file with its own types."""
    try:
        connection.execute(
            f"create temp table staged as select * from read_parquet({literal(str(path))}, hive_partitioning = false)"
        )
    except duckdb.Error as error:
        raise RefusedFile("a whole Parquet file", str(error).split("\n", 1)[0]) from error
    columns = {row[0]: row[1] for row in connection.sql("describe staged").fetchall()}
    for name in columns:
        if staged_name(name) != name:
            connection.execute(f"alter table staged rename {identifier(name)} to {identifier(staged_name(name))}")
    return Staged(columns, count(connection, "staged"), (), whole_rows(connection))


def stage_workbook(connection: duckdb.DuckDBPyConnection, path: Path, dialect: Dialect) -> Staged:
    """Stage one sheet of an Excel workbook as text; ``line`` is the row of the sheet."""
    try:
        cells = fastexcel.read_excel(path).load_sheet(dialect.sheet, header_row=None, dtypes="string").to_polars()
    except (fastexcel.FastExcelError, ValueError) as error:
        raise RefusedFile("an Excel workbook", str(error).split("\n", 1)[0]) from error
    rows = cells.with_row_index("sheet_row", offset=1).filter(~pl.all_horizontal(pl.exclude("sheet_row").is_null()))
    names = [name.strip() if name else "" for name in rows.row(0)[1:]] if rows.height else []
    refuse_ambiguous(names)
    named = rows[1:].rename(dict(zip(cells.columns, map(staged_name, names), strict=True)))
    connection.register("workbook", named.to_arrow())
    connection.execute("create temp table staged as select * from workbook")
    connection.unregister("workbook")
    return Staged(
        dict.fromkeys(names, "VARCHAR"), count(connection, "staged"), (), whole_rows(connection, line="sheet_row")
    )


def whole_rows(connection: duckdb.DuckDBPyConnection, line: str = "rowid + 1") -> Locator:
    """Return a locator for formats without lines: the number of the record and the record as JSON."""

    def find(records: Iterable[int]) -> Places:
        wanted = ", ".join(str(record) for record in records) or "null"
        rows = connection.sql(f"select rowid, {line}, to_json(staged) from staged where rowid in ({wanted})").fetchall()
        return {record: (place, text) for record, place, text in rows}

    return find
