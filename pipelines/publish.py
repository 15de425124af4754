"""Publish: marts and facts into a fresh file, audited, made immutable, then current by one atomic change."""

import hashlib
import json
import logging
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import duckdb
import polars as pl

from pipelines import generations, reconcile
from pipelines.catalog import CATALOG_COLUMNS, CATALOG_COMMENT, metric_catalog
from pipelines.drift import auditing as drift
from pipelines.drift.findings import Finding
from pipelines.errors import PublishRefused, ThroughlineError
from pipelines.generations import Generation
from pipelines.journal import reached
from pipelines.lineage import LINEAGE_COLUMNS, LINEAGE_COMMENT, lineage
from pipelines.quarantine import standing
from pipelines.settings import PROJECT_DIR, Settings
from pipelines.sql import literal
from pipelines.worked_queries import WORKED_COLUMNS, WORKED_COMMENT, worked_queries

log = logging.getLogger(__name__)

STORAGE_VERSION = "v1.4.0"
META = PROJECT_DIR / "pipelines" / "meta.sql"
"""What the published file says about itself: one statement a table, comments included."""

Audit = Callable[[Path], list[str]]
"""Checks a finished file and returns what is wrong with it."""


@dataclass(frozen=True)
class Made:
    """What a generation is made from, as the build left it, and whether somebody was erased since the one before."""

    batch_id: str
    code_id: str
    manifest: Path
    semantic_manifest: Path
    moment: datetime
    is_after_erasure: bool = False


def code_id() -> str:
    """Return a digest of all code and reference data that decide what is published."""
    digest = hashlib.sha256(version("duckdb").encode())
    parts = ("models", "macros", "seeds", "analyses")
    folders = ("pipelines", *(f"dbt_project/{part}" for part in parts), "data/reference")
    paths = [PROJECT_DIR / "dbt_project" / "dbt_project.yml"]
    for folder in folders:
        paths += [each for each in (PROJECT_DIR / folder).rglob("*") if each.suffix in (".py", ".sql", ".yml", ".csv")]
    for path in sorted(paths):
        digest.update(path.relative_to(PROJECT_DIR).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def publish(settings: Settings, made: Made, audit: Audit, accept: str | None = None) -> Generation:
    """Write, audit and publish a new generation; raise PublishRefused, with the old one still current.

    ``accept`` says why drift is right; broken books and failed checks nobody can accept.
    """
    published = settings.published_dir
    before = generations.standing(published)
    generation = next_generation(settings, made)
    folder = generations.folder_of(published, generation.generation)
    earlier = published / before.path if before else None
    folder.mkdir(parents=True)
    reached("publish.drafted", generation=generation.generation)
    try:
        write_file(settings.warehouse_path, folder / generations.FILE, generation, made, settings.memory_limit)
        reconcile.write_history(folder / generations.FILE, earlier)
        reached("publish.written", bytes=(folder / generations.FILE).stat().st_size)
        write_restricted(settings.warehouse_path, folder / generations.RESTRICTED)
        reached("publish.contacts_written", bytes=(folder / generations.RESTRICTED).stat().st_size)
        unbalanced = reconcile.warehouse_problems(settings.warehouse_path)
        audited = audit(folder / generations.FILE)
        accepted = None if unbalanced or audited else accept
        attempt = drift.Attempt(made.batch_id, made.moment, accepted)
        blocking = drift.held(settings, drift.found(settings, folder / generations.FILE), attempt)
        problems = [*unbalanced, *audited, *drift.refusals(blocking)]
        write_verdicts(settings.warehouse_path, folder / generations.FILE)
        reached("publish.audited", problems=len(problems))
        if problems:
            raise PublishRefused("\n".join(problems), next_command=looked_at_by(unbalanced, audited, blocking))
        for name, mode in generations.MODES.items():
            seal(folder / name, mode)
        reached("publish.sealed")
        generations.write_facts(folder, generation)
        reached("publish.described")
        generations.lay_ready(published, generation)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)  # the next run removes what is left
        raise
    generations.point_at(published, generation)
    generations.prune(published, generation.generation, *([before.generation] if before else []))
    return generation


def next_generation(settings: Settings, made: Made) -> Generation:
    """Return the generation that comes after all that are kept."""
    name = f"{made.moment:%Y%m%dT%H%M%SZ}-{made.batch_id[-6:]}"
    as_of = latest_as_of(settings).isoformat()
    generation = Generation(name, as_of, made.moment.isoformat(), made.batch_id, made.code_id)
    return generations.numbered(settings.published_dir, generation, is_after_erasure=made.is_after_erasure)


def looked_at_by(unbalanced: list[str], audited: list[str], drifted: list[Finding]) -> str:
    """Return the command that shows what is wrong with a generation."""
    if unbalanced:
        return "throughline verify"
    return "throughline failures" if audited else f"throughline drift show {drifted[0].identity}"


def latest_as_of(settings: Settings) -> datetime:
    """Return the moment that the warehouse was built for."""
    with attached(settings.warehouse_path) as connection:
        rows = connection.sql("select as_of from warehouse.ops.as_of").fetchall()
    if not rows:
        raise ThroughlineError(
            "expected loaded data; found none. Load some with `throughline ingest`.", next_command="throughline ingest"
        )
    as_of: datetime = rows[0][0]
    return as_of


def attached(warehouse: Path) -> duckdb.DuckDBPyConnection:
    """Open an empty connection with the warehouse attached read-only as ``warehouse``."""
    connection = duckdb.connect()
    connection.execute("set autoinstall_known_extensions = false")
    connection.execute("set autoload_known_extensions = false")
    connection.execute("set enable_progress_bar = false")
    connection.execute("set timezone = 'UTC'")
    connection.execute(f"set temp_directory = {literal(str(warehouse.parent / 'spill'))}")
    connection.execute(f"attach {literal(str(warehouse))} as warehouse (read_only)")
    return connection


def write_file(warehouse: Path, target: Path, generation: Generation, made: Made, memory_limit: str = "8GB") -> None:
    """Copy every mart with its comments and macros into a new file, and add what the file says about itself.

    Only ``marts`` and ``meta`` are written, table by table: a copy of the whole database would carry raw rows, and a
    dropped schema leaves its bytes behind.
    """
    with attached(warehouse) as connection:
        connection.execute(f"set memory_limit = {literal(memory_limit)}")
        connection.execute(f"attach {literal(str(target))} as analytics (storage_version '{STORAGE_VERSION}')")
        connection.execute("create schema analytics.marts")
        connection.execute("create schema analytics.meta")
        for statement in (*mart_statements(connection), *macro_statements(connection)):
            connection.execute(statement)
        write_catalog(connection, made.semantic_manifest)
        write_meta(connection, generation, made.semantic_manifest)
        write_origins(connection, made.manifest)
        connection.execute("checkpoint analytics")
        connection.execute("detach analytics")


def mart_statements(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Yield the statements that copy the marts, each table with its comments.

    One employer's rows are laid side by side, so that a page about one employer reads a part of the file.
    """
    tables = connection.sql("""
        select table_name, comment from duckdb_tables()
        where database_name = 'warehouse' and schema_name = 'marts' order by table_name
    """).fetchall()
    if not tables:
        raise ThroughlineError(
            "expected marts in the warehouse; found none. Build them with `throughline build`.",
            next_command="throughline build",
        )
    columns = connection.sql("""
        select table_name, column_name, comment from duckdb_columns()
        where database_name = 'warehouse' and schema_name = 'marts'
    """).fetchall()
    of_hosts = {table for table, column, _ in columns if column == "host_id"}
    for table, comment in tables:
        order = " order by host_id" if table in of_hosts else ""
        yield f"create table analytics.marts.{table} as select * from warehouse.marts.{table}{order}"
        yield f"comment on table analytics.marts.{table} is {literal(comment)}"
    for table, column, comment in columns:
        if comment is not None:
            yield f"comment on column analytics.marts.{table}.{column} is {literal(comment)}"


def macro_statements(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Yield the statements that carry the table macros of the marts over."""
    macros = connection.sql("""
        select function_name, parameters, macro_definition, comment from duckdb_functions()
        where database_name = 'warehouse' and schema_name = 'marts' and function_type = 'table_macro'
    """).fetchall()
    for name, parameters, definition, comment in macros:
        yield f"create macro analytics.marts.{name}({', '.join(parameters)}) as table {definition}"
        if comment:
            yield f"comment on macro table analytics.marts.{name} is {literal(comment)}"


def write_catalog(connection: duckdb.DuckDBPyConnection, semantic_manifest: Path) -> None:
    """Write ``marts.metric_catalog`` from the semantic manifest, one row per metric."""
    rows = metric_catalog(json.loads(semantic_manifest.read_text()))
    write_frame(connection, "marts.metric_catalog", rows, CATALOG_COMMENT, CATALOG_COLUMNS)


def write_origins(connection: duckdb.DuckDBPyConnection, manifest: Path) -> None:
    """Write ``meta.lineage`` and ``meta.worked_queries`` from dbt's manifest."""
    known = json.loads(manifest.read_text())
    write_frame(connection, "meta.lineage", lineage(known), LINEAGE_COMMENT, LINEAGE_COLUMNS)
    write_frame(connection, "meta.worked_queries", worked_queries(known), WORKED_COMMENT, WORKED_COLUMNS)


def write_frame(
    connection: duckdb.DuckDBPyConnection, table: str, rows: pl.DataFrame, comment: str, columns: Mapping[str, str]
) -> None:
    """Write a frame as a table of the new file, with its comments."""
    connection.register("written", rows.to_arrow())
    connection.execute(f"create table analytics.{table} as select * from written")
    connection.unregister("written")
    connection.execute(f"comment on table analytics.{table} is {literal(comment)}")
    for column, text in columns.items():
        connection.execute(f"comment on column analytics.{table}.{column} is {literal(text)}")


def write_meta(connection: duckdb.DuckDBPyConnection, generation: Generation, semantic_manifest: Path) -> None:
    """Write the tables of ``meta``: build facts, manifest, ledger, quarantine without raw text, validation results."""
    facts = {
        "generation": generation.generation,
        "batch_id": generation.batch_id,
        "published_at": generation.published_at,
        "throughline_version": version("throughline"),
        "dbt_version": version("dbt-core"),
        "manifest_json": semantic_manifest.read_text(),
    }
    for name, value in facts.items():
        connection.execute(f"set variable {name} = {literal(value)}")
    connection.execute(f"create or replace temp view quarantined as {standing('warehouse')}")
    connection.execute("use analytics")
    connection.execute(META.read_text())
    connection.execute("use memory")


def write_verdicts(warehouse: Path, target: Path) -> None:
    """Bring the verdicts of the audit, drift among them, into the file that it judged."""
    with attached(warehouse) as connection:
        connection.execute(f"attach {literal(str(target))} as analytics (storage_version '{STORAGE_VERSION}')")
        connection.execute("delete from analytics.meta.validation_results")
        connection.execute("insert into analytics.meta.validation_results from warehouse.ops.validation_results")
        connection.execute("delete from analytics.meta.drift_findings")
        connection.execute(f"insert into analytics.meta.drift_findings {drift.TOLD}")
        connection.execute("checkpoint analytics")
        connection.execute("detach analytics")


def write_restricted(warehouse: Path, target: Path) -> None:
    """Write contact names and addresses of students who agreed to be contacted, by the employers they worked for."""
    target.touch(mode=0o600)
    target.unlink()
    with attached(warehouse) as connection:
        connection.execute(f"attach {literal(str(target))} as restricted (storage_version '{STORAGE_VERSION}')")
        target.chmod(0o600)
        connection.execute("use restricted")
        connection.execute((META.parent / "restricted.sql").read_text())
        connection.execute("checkpoint restricted")
        connection.execute("use memory")
        connection.execute("detach restricted")


OPENS = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=True)
tables = connection.sql("select schema_name, table_name from duckdb_tables()").fetchall()
assert tables, "no tables"
for schema, table in tables:
    connection.sql(f'select count(*) from "{schema}"."{table}"').fetchall()
"""


def seal(path: Path, mode: int) -> None:
    """See that the file is whole (no log left, opens read-only in another process), then make it immutable."""
    if path.with_name(f"{path.name}.wal").exists():
        raise PublishRefused(f"{path.name}: expected no write-ahead log after the checkpoint; found one")
    opened = subprocess.run([sys.executable, "-c", OPENS, str(path)], capture_output=True, text=True, check=False)
    if opened.returncode != 0:
        raise PublishRefused(f"{path.name}: expected a file that opens read-only; found {opened.stderr[-500:]}")
    generations.sync(path)
    path.chmod(mode)
    generations.sync(path.parent)
