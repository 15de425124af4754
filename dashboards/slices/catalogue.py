"""What the published file says of itself: its tables and columns, what they are made from, worked queries, metrics."""

import polars as pl

from dashboards.database import Generation, Query, frame

VIEWER = "meta"

TABLES = Query("""
    select
        tables.schema_name as schema,
        tables.table_name as "table",
        tables.estimated_size as rows,
        tables.column_count as columns,
        coalesce(tables.comment, '') as description
    from duckdb_tables() as tables
    where tables.database_name = 'analytics' and tables.schema_name in ('marts', 'meta')
    order by all
""")

COLUMNS = Query("""
    select
        schema_name as schema,
        table_name as "table",
        column_name as "column",
        lower(data_type) as type,
        coalesce(comment, '') as description
    from duckdb_columns()
    where database_name = 'analytics' and schema_name in ('marts', 'meta')
    order by schema_name, table_name, column_index
""")

MACROS = Query("""
    select
        function_name as macro,
        array_to_string(parameters, ', ') as takes,
        coalesce(comment, '') as description
    from duckdb_functions()
    where database_name = 'analytics' and schema_name = 'marts' and function_type = 'table_macro'
    order by all
""")

METRICS = Query("select * from analytics.marts.metric_catalog order by name")
LINEAGE = Query("select * from analytics.meta.lineage order by all")
WORKED = Query("select * from analytics.meta.worked_queries order by name")


def tables(generation: Generation) -> pl.DataFrame:
    """Return schema, table, rows, columns, description of every published table."""
    return frame(generation, VIEWER, TABLES)


def columns(generation: Generation) -> pl.DataFrame:
    """Return schema, table, column, type, description of every published column, in the tables' order."""
    return frame(generation, VIEWER, COLUMNS)


def columns_of(generation: Generation, name: str) -> pl.DataFrame:
    """Return column, type, description of one table, named as ``marts.fct_hires``."""
    schema, _, table = name.rpartition(".")
    return columns(generation).filter(schema=schema, table=table).drop("schema", "table")


def full_name(mart: str) -> str:
    """Return the name by which a statement calls a mart."""
    return f"marts.{mart}"


def about(rows: pl.DataFrame, table: str) -> str:
    """Return the description of one of the tables."""
    return str(rows.filter(table=table)["description"].item())


def macros(generation: Generation) -> pl.DataFrame:
    """Return macro, takes, description of every table macro of the marts."""
    return frame(generation, VIEWER, MACROS)


def metrics(generation: Generation) -> pl.DataFrame:
    """Return the dictionary, one row per metric."""
    return frame(generation, VIEWER, METRICS)


def lineage(generation: Generation) -> pl.DataFrame:
    """Return layer, node, description, parent_layer, parent; nothing where an earlier version made the file."""
    return _if_there(generation, "lineage", LINEAGE)


def worked_queries(generation: Generation) -> pl.DataFrame:
    """Return name, question, description, metrics, sql; nothing where an earlier version made the file."""
    return _if_there(generation, "worked_queries", WORKED)


def worked_query(generation: Generation, name: str | None) -> str | None:
    """Return the statement of a worked query, or None where there is none of that name."""
    known = worked_queries(generation)
    return None if known.is_empty() else dict(known.select("name", "sql").rows()).get(name or "")


def _if_there(generation: Generation, table: str, query: Query) -> pl.DataFrame:
    found = tables(generation).filter(schema="meta", table=table)
    return pl.DataFrame() if found.is_empty() else frame(generation, VIEWER, query)


def holding(rows: pl.DataFrame, words: str) -> pl.DataFrame:
    """Return the rows in whose text every one of the words occurs, in whatever column."""
    texts = pl.concat_str([pl.col(pl.String).fill_null("")], separator=" ").str.to_lowercase()
    held = [texts.str.contains(word, literal=True) for word in words.lower().split()]
    return rows.filter(pl.all_horizontal(held)) if held else rows


def tables_holding(generation: Generation, words: str, schema: str | None = None) -> pl.DataFrame:
    """Return the tables that hold all of the words, in their own text or in a column's, with their full ``name``."""
    by_table = (
        columns(generation)
        .group_by("schema", "table")
        .agg(pl.concat_str("column", "description", separator=" ").str.join(" ").alias("said_of_columns"))
    )
    found = holding(tables(generation).join(by_table, on=["schema", "table"], how="left"), words)
    named = (
        found.drop("said_of_columns")
        .sort("schema", "table")
        .with_columns(pl.concat_str("schema", "table", separator=".").alias("name"))
    )
    return named if schema is None else named.filter(schema=schema)
