"""What is to be checked, laid out in memory beside the file that holds it: the schema ``current``.

Nothing is copied: the rows stay in the file, which is attached read-only, and views point at them.
"""

from pathlib import Path

import duckdb

from pipelines.contract import Entity
from pipelines.errors import ThroughlineError
from pipelines.warehouse import open_warehouse


class NothingToValidate(ThroughlineError):
    """The warehouse holds no delivery yet."""

    next_command = "throughline ingest"

    def __init__(self, path: Path):
        super().__init__(f"expected a warehouse with at least one loaded delivery at {path}; found none. Ingest first.")


CATALOGUE = """
    create view memory."current".columns as
    select table_name, column_name, data_type, comment
    from duckdb_columns() where database_name = 'analytics' and schema_name = '{schema}'
    union all
    select table_name, '(table)', 'TABLE', comment
    from duckdb_tables() where database_name = 'analytics' and schema_name = '{schema}'"""

RUN = """
    create table memory."current".run as
    select
        coalesce(
            (select max(as_of) from analytics.ops.as_of),
            (select max(delivered_at) from analytics.ops.deliveries where status = 'loaded')
        ) as as_of"""

VERSIONS = """
    create table memory.versions.{entity} as
    with known as (
        select rowid as row_id, {key}, _version_at, _delivered_at, _file_id, _batch_id, _is_deleted
        from analytics.raw.{entity} where _delivered_at <= (select as_of from memory."current".run)
    ),
    several as (select {key} from known group by {key} having count(*) > 1 or bool_or(_is_deleted))
    select
        known.*,
        row_number() over (
            partition by {key}
            order by _version_at desc, _delivered_at desc, _file_id desc
        ) as recency
    from known semi join several using ({key})"""
"""Versions of the keys that have several or were deleted; recency 1 is the current one."""

HIDDEN = """
    create table memory.versions.{entity}_hidden as
    select row_id from memory.versions.{entity} where recency > 1 or _is_deleted
    union all
    select rowid from analytics.raw.{entity} where _delivered_at > (select as_of from memory."current".run)"""


def open_raw(path: Path, *, memory_limit: str, threads: int | None) -> duckdb.DuckDBPyConnection:
    """Open the warehouse read-only and lay out its catalogue and the run."""
    if not path.exists():
        raise NothingToValidate(path)
    connection = open_warehouse(path, read_only=True, memory_limit=memory_limit, threads=threads)
    begin(connection, "raw")
    connection.execute("create schema memory.versions")
    connection.execute(RUN)
    if connection.sql('select as_of from memory."current".run').fetchall() == [(None,)]:
        connection.close()
        raise NothingToValidate(path)
    return connection


def open_published(path: Path, spill: Path) -> duckdb.DuckDBPyConnection:
    """Open a published file read-only and lay out its catalogue and its marts."""
    connection = duckdb.connect()
    connection.execute(f"set temp_directory = '{spill}'")
    connection.execute("set autoinstall_known_extensions = false")
    connection.execute("set autoload_known_extensions = false")
    connection.execute(f"attach '{path}' as analytics (read_only)")
    begin(connection, "marts")
    for name in marts(connection):
        connection.execute(f'create view memory."current".{name} as select * from analytics.marts.{name}')
    return connection


def begin(connection: duckdb.DuckDBPyConnection, schema: str) -> None:
    """Make the schema of the views, with the catalogue of the file's ``schema``."""
    connection.execute('create schema memory."current"')
    connection.execute(CATALOGUE.format(schema=schema))
    connection.execute('use memory."current"')


def marts(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Return mart -> column -> type, in order, as the published file's catalogue shows them."""
    rows = connection.sql("""
        select table_name, column_name, data_type from duckdb_columns()
        where database_name = 'analytics' and schema_name = 'marts' order by table_name, column_index""").fetchall()
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        found.setdefault(table, {})[column] = kind
    return found


def has_rows(connection: duckdb.DuckDBPyConnection, entity: Entity) -> bool:
    """Say whether anything was ever delivered for the entity."""
    return bool(connection.sql(f"select 1 from analytics.raw.{entity.name} limit 1").fetchall())


def lay_out(connection: duckdb.DuckDBPyConnection, entity: Entity) -> None:
    """Make the view of the entity's current rows at as_of: the version of each key that dbt will read."""
    key = ", ".join(f'"{name}"' for name in entity.key)
    connection.execute(VERSIONS.format(entity=entity.name, key=key))
    connection.execute(HIDDEN.format(entity=entity.name))
    hidden = connection.sql(f"select 1 from memory.versions.{entity.name}_hidden limit 1").fetchall()
    visible = f"where held.rowid not in (select row_id from memory.versions.{entity.name}_hidden)" if hidden else ""
    connection.execute(f"""
        create view memory."current".{entity.name} as
        select held.* from analytics.raw.{entity.name} as held {visible}""")
