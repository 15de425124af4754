"""The quarantine: what did not conform, and how it comes back once the mapping or the rules are mended."""

import tempfile
from pathlib import Path

import duckdb
import polars as pl

from pipelines import ledger
from pipelines.contract import ENTITIES
from pipelines.errors import ThroughlineError, did_you_mean
from pipelines.inspection import fingerprint
from pipelines.landing import LandedFile, format_of, landed_files
from pipelines.ledger import Batch
from pipelines.load import Load, is_whole
from pipelines.mapping import FileSpec
from pipelines.readers import DELIMITERS, stage
from pipelines.warehouse import transaction

ORDER = "file_name, entity, line"
REPLAYABLE = "status = 'open' and rule <> 'duplicate key' and raw_text is not null"
"""A duplicate stays out: the row that was kept is in ``raw``."""


def summary(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Return the number of rows in quarantine by file, entity, column and rule, most first."""
    return connection.sql("""
        select file_name as file, entity, column_name as "column", rule, count(*) as rows, min(line) as first_line
        from quarantine.rows where status = 'open' group by all order by rows desc, file, rule
    """).pl()


def rows(connection: duckdb.DuckDBPyConnection, file: str | None, rule: str | None, limit: int) -> pl.DataFrame:
    """Return quarantined rows of a file or a rule: where, what was expected, what was found, the text itself."""
    return connection.sql(
        f"""
        select file_name as file, line, column_name as "column", rule, expected, found, raw_text
        from quarantine.rows
        where status = 'open' and ($file is null or file_name = $file) and ($rule is null or rule = $rule)
        order by {ORDER} limit $limit
        """,
        params={"file": file, "rule": rule, "limit": limit},
    ).pl()


def replay(connection: duckdb.DuckDBPyConnection, folder: Path, batch: Batch, file: str | None) -> tuple[int, int]:
    """Hold the quarantined rows of a file, or of all, against today's mapping; return (rows loaded, rows left).

    Rows of snapshots and corrections stay: the next delivery of the whole brings them.
    """
    held = [
        row[0]
        for row in connection.sql(
            "select distinct file_name from quarantine.rows where status = 'open' order by 1"
        ).fetchall()
    ]
    if file is not None and file not in held:
        raise ThroughlineError(f"expected a file with rows in quarantine; found {file!r} ({did_you_mean(file, held)}).")
    landed = {each.name: each for each in landed_files(folder)}
    loaded = 0
    for name in [file] if file is not None else held:
        spec = landed[name].spec if name in landed else None
        if spec is not None and not is_whole(spec):
            loaded += replay_file(connection, landed[name], batch)
    (left,) = connection.sql("select count(*) from quarantine.rows where status = 'open'").fetchall()[0]
    return loaded, int(left)


def replay_file(connection: duckdb.DuckDBPyConnection, landed: LandedFile, batch: Batch) -> int:
    """Load the rows of one file that now conform, under the file's own provenance; return how many."""
    sha256 = fingerprint(landed.path)
    entities = connection.execute(
        f"select distinct entity from quarantine.rows where file_id = ? and delivered_at = ? and {REPLAYABLE}",
        [sha256[:16], landed.delivered_at],
    ).fetchall()
    return sum(replay_entity(connection, landed, sha256, entity, batch) for (entity,) in entities)


def replay_entity(
    connection: duckdb.DuckDBPyConnection, landed: LandedFile, sha256: str, entity: str, batch: Batch
) -> int:
    """Stage the quarantined texts of one entity as a small file of their own and load what conforms.

    What still does not conform stays in the quarantine as it is; the ledger moves the rest from quarantined to loaded.
    """
    identity = [landed.source, entity, sha256[:16], landed.delivered_at]
    which = f"source = ? and entity = ? and file_id = ? and delivered_at = ? and {REPLAYABLE}"
    held = connection.execute(
        f"select line, raw_text from quarantine.rows where {which} order by line", identity
    ).fetchall()
    assert landed.spec is not None  # replay() leaves files without one out
    with tempfile.TemporaryDirectory(prefix="throughline-") as spill:
        path, spec = texts_as_file(landed, landed.spec, [text for _, text in held], Path(spill))
        staged = stage(connection, path, spec.dialect.format or "csv", spec.dialect, Path(spill))
        load = Load(connection, landed, spec, staged, sha256, batch, (entity,))
        with transaction(connection):
            rejected, loaded, unchanged = load.retry(ENTITIES[entity])
            lines = line_numbers([text for _, text in held], 1 if spec.dialect.format == "ndjson" else 2)
            failing = {each.line for each in rejected}
            mended = [line for (line, _), start in zip(held, lines, strict=True) if start not in failing]
            connection.execute(
                f"update quarantine.rows set status = 'replayed' where {which} and list_contains(?, line)",
                [*identity, mended],
            )
            ledger.move_from_quarantine(connection, identity, loaded=loaded, unchanged=unchanged)
    return loaded


def line_numbers(texts: list[str], first: int) -> list[int]:
    """Return the line on which each text begins when they are written one after the other."""
    numbers = []
    for text in texts:
        numbers.append(first)
        first += text.count("\n") + 1
    return numbers


def texts_as_file(landed: LandedFile, spec: FileSpec, texts: list[str], folder: Path) -> tuple[Path, FileSpec]:
    """Write quarantined texts as a file that reads like the one they came from, in UTF-8."""
    format = spec.dialect.format or format_of(landed.path) or "csv"
    if format not in DELIMITERS:
        path, lines, format = folder / "replay.ndjson", texts, "ndjson"
    else:
        with landed.path.open(encoding=spec.dialect.encoding, newline="") as stream:
            header = stream.readline().rstrip("\r\n").removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
        path, lines = folder / f"replay.{format}", [header, *texts]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    dialect = spec.dialect.model_copy(update={"encoding": "utf-8", "format": format})
    return path, spec.model_copy(update={"dialect": dialect})
