"""Names and values as SQL text, and the smallest question to a table."""

import duckdb


def identifier(name: str) -> str:
    """Return the name quoted as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: object) -> str:
    """Return the value as an SQL literal; NULL for None."""
    if value is None:
        return "null"
    if isinstance(value, bool | int | float):
        return str(value).lower()
    return "'" + str(value).replace("'", "''") + "'"


def count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """Return the number of rows of a table."""
    (rows,) = connection.sql(f"select count(*) from {table}").fetchall()[0]
    return int(rows)
