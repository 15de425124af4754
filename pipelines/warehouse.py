"""The warehouse file: connections, tables and the lock. Nothing else writes it."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from pipelines.contract import ENTITIES, PROVENANCE, Entity
from pipelines.errors import LOCKED

PATTERN = set("*?[]{}")
"""What readers take for a pattern in a file's name."""

PATIENCE = 5.0
"""Seconds that a command waits for another to close the warehouse."""

SCHEMAS = ("raw", "quarantine", "ops", "pseudonyms")

OPS_TABLES = {
    "quarantine.rows": """
        source varchar not null, entity varchar not null, file_id varchar not null, file_name varchar not null,
        line bigint, column_name varchar, rule varchar not null, expected varchar, found varchar, raw_text varchar,
        delivered_at timestamp not null, batch_id varchar not null, quarantined_at timestamp not null,
        rule_version integer not null, status varchar not null""",
    "ops.deliveries": """
        delivery_id varchar not null, source varchar, entity varchar, file_name varchar not null, path varchar not null,
        file_id varchar not null, sha256 varchar not null, size_bytes bigint not null, mtime_ns bigint not null,
        delivered_at timestamp not null, is_declared boolean not null, mode varchar not null,
        mapping_id varchar not null,
        status varchar not null, reason varchar, rows_read bigint not null, rows_loaded bigint not null,
        rows_unchanged bigint not null, rows_quarantined bigint not null, batch_id varchar not null,
        loaded_at timestamp not null, is_synthetic boolean not null, public_reason varchar,
        rows_erased bigint default 0, feed varchar, columns varchar, raw_digest hugeint, held_digest hugeint,
        digested_by varchar""",
    "ops.batches": """
        batch_id varchar not null, started_at timestamp not null, finished_at timestamp, files_loaded bigint,
        files_refused bigint, rows_loaded bigint, rows_quarantined bigint, number bigint""",
    "ops.snapshots": """
        source varchar not null, entity varchar not null, scope varchar not null, delivered_at timestamp not null,
        file_id varchar not null, is_partial boolean not null""",
    "ops.snapshot_rows": """
        source varchar not null, entity varchar not null, scope varchar not null, delivered_at timestamp not null,
        file_id varchar not null, _key varchar not null, _row varchar, standing varchar not null""",
    "ops.as_of": "as_of timestamp not null",
    "ops.withdrawn_rows": "entity varchar not null, part_1 varchar not null, part_2 varchar, part_3 varchar",
    "ops.built": "batch_id varchar not null, as_of timestamp not null, code_id varchar not null",
    "ops.erasures": "erasure_id varchar not null, requested_at timestamp not null",
    "ops.erased_identities": """
        kind varchar not null, digest varchar not null, text_digest varchar not null, key_version integer not null""",
    "ops.erasure_debts": "step varchar not null",
    "ops.rewritten_files": """
        original_sha256 varchar not null, sha256 varchar not null, size_bytes bigint not null,
        rewritten_at timestamp not null""",
    "ops.validation_results": """
        batch_id varchar not null, checked_at timestamp not null, border varchar not null, entity varchar not null,
        rule varchar not null, column_name varchar, severity varchar not null, is_success boolean not null,
        checked_count bigint, unexpected_count bigint, unexpected_share double, example_keys varchar,
        description varchar""",
    "ops.drift_findings": """
        finding_id varchar not null, found_at timestamp not null, batch_id varchar not null, as_of timestamp not null,
        kind varchar not null, severity varchar not null, subject varchar not null, since timestamp,
        expected varchar not null, found varchar not null, metrics varchar not null, look varchar not null,
        is_current boolean not null, accepted_at timestamp, accepted_by varchar, reason varchar""",
    "pseudonyms.students": "student_id varchar not null, student_key varchar not null, key_version integer default 1",
    "pseudonyms.candidates": """
        system varchar not null, candidate_id varchar not null, candidate_key varchar not null,
        key_version integer default 1""",
    "pseudonyms.emails": "email varchar not null, email_key varchar not null, key_version integer default 1",
}


LATER_COLUMNS = (
    ("ops.deliveries", "public_reason varchar"),
    ("ops.deliveries", "rows_erased bigint default 0"),
    ("ops.deliveries", "feed varchar"),
    ("ops.deliveries", "columns varchar"),
    ("ops.batches", "number bigint"),
    ("ops.deliveries", "raw_digest hugeint"),
    ("ops.deliveries", "held_digest hugeint"),
    ("ops.deliveries", "digested_by varchar"),
    ("pseudonyms.students", "key_version integer default 1"),
    ("pseudonyms.candidates", "key_version integer default 1"),
    ("pseudonyms.emails", "key_version integer default 1"),
)
"""Columns that a warehouse of an earlier version may lack."""


WHOLE_PATHS = "where starts_with(path, '/') and ends_with(path, '/landing/' || file_name)"
"""An earlier version kept whole paths, by which a data folder that moved was not known again."""


def raw_columns(entity: Entity) -> str:
    """Return the column list of the entity's raw table as DDL; keys are not null, the rest is the checks' affair."""
    lines = []
    for column in (*entity.columns, *PROVENANCE):
        lines.append(f'"{column.name}" {column.sql_type}{" not null" if column.key or column in PROVENANCE else ""}')
    return ", ".join(lines)


def open_warehouse(
    path: Path, *, read_only: bool = False, memory_limit: str = "8GB", threads: int | None = None
) -> duckdb.DuckDBPyConnection:
    """Open the warehouse, called ``analytics``, with bounded memory and a spill folder of its own beside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not read_only:
        path.parent.chmod(0o700)  # raw rows name people
    spill = path.parent / "spill"
    spill.mkdir(mode=0o700, exist_ok=True)
    connection = duckdb.connect()
    connection.execute(f"set temp_directory = '{spill}'")
    connection.execute(f"set memory_limit = '{memory_limit}'")
    connection.execute("set autoinstall_known_extensions = false")
    connection.execute("set autoload_known_extensions = false")
    connection.execute("set enable_progress_bar = false")
    connection.execute("set timezone = 'UTC'")
    if threads is not None:
        connection.execute(f"set threads = {threads}")
    attach(connection, path, read_only=read_only)
    connection.execute("use analytics")
    return connection


def attach(connection: duckdb.DuckDBPyConnection, path: Path, *, read_only: bool) -> None:
    """Attach the warehouse as ``analytics``; wait a little where a command that only looks has it open."""
    mode = "read_only" if read_only else "storage_version 'v1.4.0'"
    until = time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute(f"attach '{path}' as analytics ({mode})")
            return
        except duckdb.IOException as error:
            if LOCKED not in str(error) or time.monotonic() > until:
                raise
        time.sleep(PATIENCE / 50)


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Create every schema and table that the pipeline writes, where missing."""
    for schema in SCHEMAS:
        connection.execute(f"create schema if not exists {schema}")
    for entity in ENTITIES.values():
        connection.execute(f"create table if not exists raw.{entity.name} ({raw_columns(entity)})")
    for name, columns in OPS_TABLES.items():
        connection.execute(f"create table if not exists {name} ({columns})")
    for table, column in LATER_COLUMNS:
        connection.execute(f"alter table {table} add column if not exists {column}")
    if connection.sql(f"select 1 from ops.deliveries {WHOLE_PATHS} limit 1").fetchall():
        connection.execute(f"update ops.deliveries set path = file_name {WHOLE_PATHS}")


@contextmanager
def spilling(connection: duckdb.DuckDBPyConnection) -> Iterator[Path]:
    """Lend a folder of its own to the block, in the warehouse's spill folder, where the leftovers are cleared.

    It is elsewhere where that folder's name would be a pattern to the readers of files.
    """
    (folder,) = connection.sql("select current_setting('temp_directory')").fetchall()[0]
    with tempfile.TemporaryDirectory(prefix="throughline-", dir=None if PATTERN & set(folder) else folder) as spill:
        yield Path(spill)


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Commit what the block does, or none of it."""
    connection.execute("begin")
    try:
        yield
    except BaseException:
        with suppress(duckdb.Error):  # a database that failed has rolled back already, and the first error tells why
            connection.execute("rollback")
        raise
    connection.execute("commit")
