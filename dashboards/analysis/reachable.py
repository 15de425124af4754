"""From where a statement may read: tables of the published file, and functions that make rows out of nothing.

The locked connection holds the files back; this holds back what it still tells or does: where the machine keeps its
files, logs and profiles that a function would switch on, functions that take an address in memory. It looks at the
statement's tree, so that no way of writing a name, and no comment, makes a difference.
"""

import re
from collections.abc import Iterator
from typing import Any

from dashboards.analysis.problems import Problem
from dashboards.database import tree

OURS = ("marts", "meta")
MAKING_ROWS = {
    "range", "generate_series", "unnest", "repeat", "repeat_row", "json_each", "json_tree", "histogram",
    "histogram_values", "icu_calendar_names", "pg_timezone_names", "pragma_version",
}  # fmt: skip
DESCRIBING = {
    "duckdb_columns", "duckdb_constraints", "duckdb_functions", "duckdb_indexes", "duckdb_keywords", "duckdb_schemas",
    "duckdb_tables", "duckdb_types", "duckdb_views", "pragma_show", "pragma_table_info",
}  # fmt: skip
"""Functions, and views of the same name, that tell of tables and columns."""

TELLING = {"current_setting", "getenv", "write_log", "add_parquet_key"}
"""Functions of one value that tell of the machine, or write."""

ABOUT_THE_MACHINE = re.compile(r"duckdb_|pragma_|pg_(settings|database|tablespace|prepared_statements|stat)", re.I)
FILE = re.compile(r"[/\\:*?.]")
"""A sign that stands in the name of a file and in no name of ours."""

TABLES = "The tables of the published file are marts.* and meta.*: select table_name from duckdb_tables() lists them."
STEPS = "Put a step into a WITH clause and read from it by its name."


def out_of_reach(text: str) -> Problem | None:
    """Return why a statement may not read what it reads, or None; raises SqlError for a text that is no SELECT."""
    for node in _nodes(tree(text)):
        kind = node.get("type")
        if kind == "TABLE_FUNCTION":
            problem = _of_function(node["function"])
        elif kind == "BASE_TABLE":
            problem = _of_table(node["table_name"])
        elif kind == "FUNCTION" and node["function_name"].lower() in TELLING:
            problem = _refused(f"the function {node['function_name'].lower()}", TABLES)
        else:
            problem = None
        if problem is not None:
            return problem
    return None


def _nodes(found: Any) -> Iterator[dict[str, Any]]:
    """Yield every node of a tree, without recursion: an analyst chooses how deep it is."""
    rest = [found]
    while rest:
        each = rest.pop()
        if isinstance(each, dict):
            yield each
            rest.extend(each.values())
        elif isinstance(each, list):
            rest.extend(each)


def _of_function(node: dict[str, Any]) -> Problem | None:
    name = node["function_name"].lower()
    if name in MAKING_ROWS | DESCRIBING or node.get("schema", "").lower() in OURS:
        return None
    return _refused(f"the function {name}", STEPS if name in ("query", "query_table") else TABLES)


def _of_table(name: str) -> Problem | None:
    if FILE.search(name):
        return _refused("the name of a file or an address", TABLES)
    if ABOUT_THE_MACHINE.match(name) and name.lower() not in DESCRIBING:
        return _refused(f"{name.lower()}, which tells of the machine", TABLES)
    return None


def _refused(found: str, advice: str) -> Problem:
    # What was found is said without its arguments: they may name a place on the machine.
    return Problem("Out of reach", f"Only the published file can be read here; found {found}.", advice, kind="refused")
