"""What `throughline status` says."""

from collections.abc import Iterator

import duckdb

from pipelines import generations
from pipelines.drift.auditing import status_lines as drift_lines
from pipelines.erasing.withdrawing import withdrawn_count
from pipelines.errors import LOCKED
from pipelines.quarantine import STANDING
from pipelines.runs import run_lines
from pipelines.settings import Settings
from pipelines.warehouse import open_warehouse


def status_lines(settings: Settings) -> Iterator[str]:
    """Yield the lines: published generations, last runs and batches, refused files, quarantine."""
    current = generations.current(settings.published_dir)
    if current is None:
        yield "published   nothing yet"
    else:
        yield f"published   {current.generation}, data as of {current.as_of}, batch {current.batch_id}"
    for name in generations.names(settings.published_dir):
        yield f"kept        {name}{' (current)' if current and current.generation == name else ''}"
    yield from run_lines(settings.journal_dir)
    if not settings.warehouse_path.exists():
        yield "warehouse   none yet"
        return
    try:
        with open_warehouse(settings.warehouse_path, read_only=True) as connection:
            yield from warehouse_lines(connection)
    except duckdb.IOException as error:
        if LOCKED not in str(error):
            raise
        yield "warehouse   is being written: batches, checks, drift and quarantine are told when that ends"


def warehouse_lines(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Yield what the warehouse tells of batches, checks, refusals and quarantine."""
    batches = connection.sql("""
        select batch_id, files_loaded, files_refused, rows_loaded, rows_quarantined
        from ops.batches order by rowid desc limit 5
    """).fetchall()
    for batch, loaded, refused, rows, quarantined in batches:
        yield (
            f"batch       {batch}: {loaded:,} files, {rows:,} rows loaded, {quarantined:,} quarantined, "
            f"{refused:,} files refused"
        )
    failed = connection.sql("""
        select severity, border, entity, rule, column_name, unexpected_count
        from ops.validation_results
        where not is_success and batch_id = (select arg_max(batch_id, rowid) from ops.batches)
        order by severity, border, entity
    """).fetchall()
    for severity, border, entity, rule, column, count in failed:
        yield f"{severity:<11} border {border}: {entity}{f'.{column}' if column else ''}: {rule}: {count or 0:,} rows"
    yield from drift_lines(connection)
    refusals = connection.sql("""
        select distinct file_name, reason from ops.deliveries where status = 'refused' order by file_name
    """).fetchall()
    for name, reason in refusals:
        yield f"refused     {name}: {reason}"
    if has_table(connection, "erasures"):
        yield from erasure_lines(connection)
    if has_table(connection, "withdrawn_rows") and (withdrawn := withdrawn_count(connection)):
        students = "student" if withdrawn == 1 else "students"
        yield f"withdrawn   {withdrawn:,} {students} took back the consent to analytics"
    (open_rows,) = connection.sql(f"select count(*) from {STANDING}").fetchall()[0]
    yield f"quarantine  {open_rows:,} rows"


def has_table(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Say whether the warehouse has the table, which one of an earlier version may lack."""
    return bool(connection.execute("select 1 from duckdb_tables() where table_name = ?", [name]).fetchall())


def erasure_lines(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Yield how many persons were erased, and what of it is still to be done."""
    (erased,) = connection.sql("select count(*) from ops.erasures").fetchall()[0]
    if erased:
        yield f"erased      {erased:,} persons"
    for (step,) in connection.sql("select distinct step from ops.erasure_debts order by step").fetchall():
        yield f"erasure     unfinished: {step}. Finish it with `throughline run`."
