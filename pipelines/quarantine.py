"""The quarantine: what did not conform and nothing answers yet."""

import duckdb
import polars as pl

ORDER = "file_name, entity, line"


def standing(warehouse: str = "analytics") -> str:
    """Return the rows that nothing answers yet, as a relation.

    A later snapshot, or a later correction of each file that a delivery corrected, says anew what its rows hold.
    """
    return f"""(
        from {warehouse}.quarantine.rows
        anti join (
            select source, entity, file_id, delivered_at
            from (
                select *, max(delivered_at) over (partition by source, entity, scope) as last_delivered_at
                from {warehouse}.ops.snapshots
            )
            group by all
            having bool_and(last_delivered_at > delivered_at)
        ) using (source, entity, file_id, delivered_at)
        where status = 'open'
    )"""


STANDING = standing()


def summary(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Return the number of rows in quarantine by file, entity, column and rule, most first."""
    return connection.sql(f"""
        select file_name as file, entity, column_name as "column", rule, count(*) as rows, min(line) as first_line
        from {STANDING} group by all order by rows desc, file, rule
    """).pl()


def rows(connection: duckdb.DuckDBPyConnection, file: str | None, rule: str | None, limit: int) -> pl.DataFrame:
    """Return quarantined rows of a file or a rule: where, what was expected, what was found, the text itself."""
    return connection.sql(
        f"""
        select file_name as file, line, column_name as "column", rule, expected, found, raw_text
        from {STANDING}
        where ($file is null or file_name = $file) and ($rule is null or rule = $rule)
        order by {ORDER} limit $limit
        """,
        params={"file": file, "rule": rule, "limit": limit},
    ).pl()
