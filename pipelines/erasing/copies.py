"""Landing copies without the records of erased persons: which files hold any, and the ledger's view of them.

A file that is written anew is still the delivery that it was: the ledger knows its new bytes as that delivery once
more, and lines in quarantine move up with it. When the original bytes land again, they are known too, and written anew.
The writers of the formats are imported when they are needed, so that a run with nothing to cut is fast.
"""

import gzip
import os
import shutil
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import duckdb
import polars as pl

from pipelines import ledger
from pipelines.conform import conform
from pipelines.contract import ENTITIES
from pipelines.digests import followed
from pipelines.erasing.filtering import Erasures
from pipelines.erasing.texts import row_text
from pipelines.errors import RefusedFile
from pipelines.faults import refusing
from pipelines.ingest import plain_path
from pipelines.inspection import fingerprint
from pipelines.landing import LandedFile, format_of
from pipelines.ledger import Seen
from pipelines.mapping import Dialect, FileSpec, resolved_entity
from pipelines.readers import stage
from pipelines.sql import literal
from pipelines.staged import Staged
from pipelines.warehouse import spilling, transaction


@dataclass(frozen=True)
class Cleaned:
    """What became of the landing copies: names of the files written anew, and of those that cannot be looked into."""

    rewritten: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


def cleaned_copies(
    connection: duckdb.DuckDBPyConnection, files: Iterable[LandedFile], erasures: Erasures, moment: datetime
) -> Cleaned:
    """Write every file anew that holds records of erased persons."""
    rewritten, unread = [], []
    for landed in files:
        try:
            if is_cleaned(connection, landed, erasures, moment):
                rewritten.append(landed.name)
        except RefusedFile:
            unread.append(landed.name)
    return Cleaned(tuple(rewritten), tuple(unread))


def is_cleaned(connection: duckdb.DuckDBPyConnection, landed: LandedFile, erasures: Erasures, moment: datetime) -> bool:
    """Write the file anew where it holds records of erased persons; say whether it did."""
    with spilling(connection) as spill, refusing():
        write = writer(connection, landed, plain_path(landed.path, spill), erasures, spill)
        if write is None:
            return False
        target = landed.path.with_name(f".{landed.path.name}.erasing")
        try:
            gone = write(target)
            replace(connection, landed, target, gone, moment)
        finally:
            target.unlink(missing_ok=True)
    return True


def writer(
    connection: duckdb.DuckDBPyConnection, landed: LandedFile, path: Path, erasures: Erasures, spill: Path
) -> Callable[[Path], frozenset[int]] | None:
    """Return what writes the file without erased persons and says which places are gone; None where it names none."""
    from pipelines.erasing.cutting import cut
    from pipelines.erasing.workbooks import sheets_to_write, write_workbook

    dialect = landed.spec.dialect if landed.spec else Dialect()
    format = dialect.format or format_of(landed.path) or "csv"
    try:
        places: set[int] | None = places_by_mapping(connection, landed, path, erasures, spill)
    except RefusedFile:
        places = None
    if format == "xlsx":
        sheets = sheets_to_write(path, dialect.sheet, places, erasures.reader)
        return partial(write_workbook, sheets=sheets) if sheets else None
    if places is None:
        places = places_by_text(path, format, erasures)
        format = "parquet" if format == "parquet" else "ndjson"  # line by line, whatever it claims to be
    return partial(cut, path, format=format, dialect=dialect, places=places) if places else None


def places_by_mapping(
    connection: duckdb.DuckDBPyConnection, landed: LandedFile, path: Path, erasures: Erasures, spill: Path
) -> set[int]:
    """Return where the records of erased persons stand; raise RefusedFile where no mapping can read the file."""
    spec = landed.spec
    if spec is None:
        raise RefusedFile("a file with a mapping", landed.refusal or "none")
    format = spec.dialect.format or format_of(landed.path) or "csv"
    staged = stage(connection, path, format, spec.dialect, spill)
    with transaction(connection):
        mark(landed, spec, staged, erasures)
    records = [record for (record,) in connection.sql("select distinct record from erased_records").fetchall()]
    places = {line for line, _ in staged.locate(records).values()} if records else set()
    kept = erasures.kept(staged.rejected, tuple(spec.entities))
    return places | {each.line for each in {*staged.rejected} - {*kept} if each.line is not None}


def mark(landed: LandedFile, spec: FileSpec, staged: Staged, erasures: Erasures) -> None:
    """Lay out the records of erased persons in any of the file's entities."""
    erasures.mark(
        [
            conform(
                ENTITIES[name], resolved_entity(name, spec), staged, spec.dialect, spec.event_log, landed.delivered_at
            )
            for name in spec.entities
        ]
    )


def places_by_text(path: Path, format: str, erasures: Erasures) -> set[int]:
    """Return where a file that no mapping can read names an erased person; raise RefusedFile where it is no data."""
    if format == "parquet":
        try:
            rows: Iterable[str] = map(row_text, pl.read_parquet(path).iter_rows())
        except pl.exceptions.PolarsError as error:
            raise RefusedFile("a whole Parquet file", str(error).split("\n", 1)[0]) from error
    else:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        if b"\0" in content[:4096]:
            raise RefusedFile("text", "something else")
        rows = content.decode("utf-8", "replace").split("\n")
    return {number for number, text in enumerate(rows, 1) if erasures.reader.finds(text)}


def replace(
    connection: duckdb.DuckDBPyConnection, landed: LandedFile, target: Path, gone: frozenset[int], moment: datetime
) -> None:
    """Put the new file in the old one's place, with its time, once the ledger knows it as the same delivery.

    In this order: a run that breaks off between the two finds the old file known, and writes it anew.
    """
    seen, before = Seen.of(landed), fingerprint(landed.path)
    shutil.copymode(landed.path, target)
    os.utime(target, ns=(seen.mtime_ns, seen.mtime_ns))
    after, size = fingerprint(target), target.stat().st_size
    with transaction(connection):
        original = ledger.as_delivered(connection, before)
        if is_in_ledger(connection, original):
            enter_rewritten(connection, original, after, size, gone, moment)
            connection.execute(
                """
                insert into ops.deliveries by name
                select distinct * replace (
                    $4 as sha256, $5 as size_bytes, case status when 'loaded' then 'repeated' else status end as status,
                    0 as rows_read, 0 as rows_loaded, 0 as rows_unchanged, 0 as rows_quarantined, 0 as rows_erased
                )
                from ops.deliveries
                where path = $1 and size_bytes = $2 and mtime_ns = $3 and status <> 'refused'
                """,
                [landed.location, seen.size, seen.mtime_ns, after, size],
            )
    os.replace(target, landed.path)


def is_in_ledger(connection: duckdb.DuckDBPyConnection, sha256: str) -> bool:
    """Say whether these bytes were ever loaded."""
    found = connection.execute(
        "select 1 from ops.deliveries where sha256 = ? and status = 'loaded' limit 1", [sha256]
    ).fetchall()
    return bool(found)


def enter_rewritten(
    connection: duckdb.DuckDBPyConnection,
    original: str,
    sha256: str,
    size: int,
    gone: Collection[int],
    moment: datetime,
) -> None:
    """Note once that these bytes are now those of the original, and move its quarantined lines up."""
    known = connection.execute(
        "select 1 from ops.rewritten_files where original_sha256 = ? and sha256 = ?", [original, sha256]
    ).fetchall()
    if known:
        return
    connection.execute("insert into ops.rewritten_files values (?, ?, ?, ?)", [original, sha256, size, moment])
    with followed(connection, held=f"file_id = {literal(original[:16])}"):
        connection.execute(
            """
            update quarantine.rows set line = line - len(list_filter($1::bigint[], lambda each: each < line))
            where file_id = $2
            """,
            [sorted(gone), original[:16]],
        )


def tainted(connection: duckdb.DuckDBPyConnection, files: Iterable[LandedFile]) -> list[LandedFile]:
    """Return the landed files whose bytes are known to hold records of erased persons."""
    rows = connection.sql("""
        select distinct path, size_bytes, mtime_ns from ops.deliveries
        where sha256 in (
            select original_sha256 from ops.rewritten_files
            union select sha256 from ops.deliveries where rows_erased > 0
        )
    """).fetchall()
    known = set(rows)
    return [landed for landed in files if (landed.location, (seen := Seen.of(landed)).size, seen.mtime_ns) in known]


def cleaned_truth(folder: Path, erasures: Erasures) -> tuple[str, ...]:
    """Write the planted truth of a sample anew where it names erased persons; return the names of its files."""
    from pipelines.erasing.cutting import cut_parquet

    cleaned = []
    for path in sorted(folder.rglob("*.parquet")):
        kept = [not erasures.reader.finds(text) for text in texts_of(path)]
        if not all(kept):
            target = path.with_name(f".{path.name}.erasing")
            cut_parquet(path, target, lambda table, kept=kept: kept)  # type: ignore[misc]
            os.replace(target, path)
            cleaned.append(path.name)
    return tuple(cleaned)


def texts_of(path: Path) -> Iterable[str]:
    """Yield the text of each row of a Parquet file: its text columns."""
    frame = pl.read_parquet(path).select(pl.selectors.string())
    return ("\n".join(value for value in row if value) for row in frame.iter_rows())
