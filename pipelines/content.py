"""What tables hold, each as one number: the same for the same rows, in whatever order they were loaded and lie."""

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb

BOOKKEEPING = frozenset({"_batch_id", "_loaded_at", "batch_id", "loaded_at", "quarantined_at", "checked_at"})
"""Columns that tell which run did something, and when: two runs with the same outcome differ in them."""


@dataclass(frozen=True)
class Content:
    """What a table holds: how many rows, and the sum of their 64-bit hashes.

    The hash is DuckDB's and holds within one of its versions; it finds accidents, not forgery.
    """

    rows: int
    digest: int


def contents(
    connection: duckdb.DuckDBPyConnection, schemas: Iterable[str], *, database: str = "analytics"
) -> dict[str, Content]:
    """Return ``schema.table`` -> what it holds, for every table of the schemas of an attached database."""
    columns = connection.execute(
        """
        select columns.schema_name || '.' || columns.table_name, list(column_name order by column_name)
        from duckdb_columns() as columns
        semi join duckdb_tables() as tables
            using (database_name, schema_name, table_name)
        where database_name = $1 and list_contains($2, schema_name)
        group by all order by all
        """,
        [database, [*schemas]],
    ).fetchall()
    return {table: content(connection, f"{database}.{table}", names) for table, names in columns}


def content(connection: duckdb.DuckDBPyConnection, table: str, columns: Iterable[str]) -> Content:
    """Return what a table, or any relation in parentheses, holds in these columns but for load bookkeeping."""
    ((rows, digest),) = connection.sql(f"select count(*), {digest_of(columns)} from {table}").fetchall()
    return Content(int(rows), int(digest))


def digest_of(columns: Iterable[str]) -> str:
    """Return the aggregate that sums the rows' hashes: sums of parts add up to the sum of the whole."""
    named = ", ".join(f'"{name}"' for name in sorted(columns) if name not in BOOKKEEPING)
    return f"coalesce(sum(cast(hash({named}) as hugeint)), 0)"
