"""Reconciliation: the books must balance before anything is published."""

from pathlib import Path

import duckdb

from pipelines.contract import ENTITIES
from pipelines.sql import literal

GENERATIONS_TOLD = 60
"""So many generations are told of in ``meta.mart_rows``, whether or not their files are kept."""

HISTORY = f"""
    insert into analytics.meta.mart_rows
    select generation, as_of, published_at, mart, row_count
    from earlier.meta.mart_rows
    where published_at in (
        select distinct published_at from earlier.meta.mart_rows order by published_at desc limit {GENERATIONS_TOLD - 1}
    )
"""


def warehouse_problems(warehouse: Path) -> list[str]:
    """Return every file whose rows do not add up.

    read = loaded + unchanged + quarantined + erased, and the tables agree.
    """
    with duckdb.connect() as connection:
        connection.execute(f"attach {literal(str(warehouse))} as warehouse (read_only)")
        connection.execute("use warehouse")
        unbalanced = connection.sql("""
            select
                file_name || ' (' || entity || '): expected ' || rows_read || ' rows, by the file; found '
                || rows_loaded || ' loaded + ' || rows_unchanged || ' unchanged + ' || rows_quarantined
                || ' quarantined + ' || rows_erased || ' erased'
            from ops.deliveries
            where status = 'loaded'
                and rows_read <> rows_loaded + rows_unchanged + rows_quarantined + rows_erased
        """).fetchall()
        quarantined = connection.sql("""
            select
                deliveries.file_name || ' (' || deliveries.entity || '): expected ' || rows_quarantined
                || ' rows in quarantine, by the ledger; found ' || coalesce(held.held_count, 0)
            from ops.deliveries as deliveries
            left join (
                select source, entity, file_id, delivered_at, count(*) as held_count
                from quarantine.rows where status = 'open' group by all
            ) as held using (source, entity, file_id, delivered_at)
            where deliveries.status = 'loaded' and rows_quarantined <> coalesce(held.held_count, 0)
        """).fetchall()
        unloaded = [row for entity in ENTITIES for row in entity_problems(connection, entity)]
    return [text for (text,) in (*unbalanced, *quarantined, *unloaded)]


def entity_problems(connection: duckdb.DuckDBPyConnection, entity: str) -> list[tuple[str]]:
    """Return the deliveries of an entity whose rows in ``raw`` are not those of the ledger."""
    return connection.sql(f"""
        select
            deliveries.file_name || ' ({entity}): expected ' || rows_loaded || ' rows in raw, by the ledger; found '
            || coalesce(held.held_count, 0)
        from (
            select source, file_id, delivered_at, any_value(file_name) as file_name, sum(rows_loaded) as rows_loaded
            from ops.deliveries where status = 'loaded' and entity = '{entity}' group by all
        ) as deliveries
        left join (
            select _source as source, _file_id as file_id, _delivered_at as delivered_at, count(*) as held_count
            from raw.{entity} where not _is_deleted group by all
        ) as held using (source, file_id, delivered_at)
        where rows_loaded <> coalesce(held.held_count, 0)
    """).fetchall()


def write_history(new: Path, old: Path | None) -> None:
    """Write how many rows each mart has into ``meta.mart_rows`` of a new file, after those of earlier generations.

    The earlier ones come from the generation before; one that was made without the table tells its own counts alone.
    """
    counted, counted_before = row_counts(new), row_counts(old) if old is not None else {}
    with duckdb.connect() as connection:
        connection.execute(f"attach {literal(str(new))} as analytics (storage_version 'v1.4.0')")
        if old is not None:
            connection.execute(f"attach {literal(str(old))} as earlier (read_only)")
            if has_history(connection):
                connection.execute(HISTORY)
            else:
                add_counts(connection, "earlier", counted_before)
            connection.execute("detach earlier")
        add_counts(connection, "analytics", counted)
        connection.execute("checkpoint analytics")
        connection.execute("detach analytics")


def add_counts(connection: duckdb.DuckDBPyConnection, database: str, counts: dict[str, int]) -> None:
    """Add the counts of one attached file to ``meta.mart_rows`` of the new one."""
    connection.execute(
        f"""
        insert into analytics.meta.mart_rows
        select generation, as_of, published_at, unnest($marts) as mart, unnest($counts) as row_count
        from {database}.meta.build_facts
        """,
        {"marts": list(counts), "counts": list(counts.values())},
    )


def has_history(connection: duckdb.DuckDBPyConnection) -> bool:
    """Tell whether the file attached as ``earlier`` carries the counts of its generations."""
    return bool(
        connection.sql("""
            select 1 from duckdb_tables()
            where database_name = 'earlier' and schema_name = 'meta' and table_name = 'mart_rows'
        """).fetchall()
    )


def row_counts(path: Path) -> dict[str, int]:
    """Return the number of rows of each mart in a published file."""
    with duckdb.connect() as connection:
        connection.execute(f"attach {literal(str(path))} as published (read_only)")
        tables = connection.sql("""
            select table_name from duckdb_tables() where database_name = 'published' and schema_name = 'marts'
        """).fetchall()
        return {
            table: int(connection.sql(f"select count(*) from published.marts.{table}").fetchall()[0][0])
            for (table,) in tables
        }
