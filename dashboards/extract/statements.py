"""The statements that cut an extract: which rows and columns of a published table go into it, as the rules say."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dashboards.extract.rules import TABLES, Rule

WHOLE = "whole"
"""Name of the published file while it is cut; the extract is ``analytics``, as every published file is."""

CONDITIONS = {
    "own": "host_id = $host",
    "scope": "scope_id = $host",
    "employers": f"employer_id in (select employer_id from {WHOLE}.marts.dim_employers where host_id = $host)",
    "public": "true",
}
"""Kind of a rule -> which rows are kept; of the other kinds, none."""

PAIRED = ("person_host_key", "person_host_application_key")
"""Keys that are a person's key, a colon and the host's id; all others are a person's key."""

DERIVED = "select old_key, new_key from derived_keys"


@dataclass(frozen=True)
class Table:
    """A published table: its columns with their types, in order."""

    name: str
    columns: Mapping[str, str]

    @property
    def rule(self) -> Rule:
        """Return what was decided on it; nothing of a table that nobody decided on."""
        return TABLES.get(self.name, Rule("empty"))


def condition(rule: Rule) -> str:
    """Return which rows of a table an extract holds, as SQL; ``$host`` is bound."""
    kind = CONDITIONS.get(rule.kind, "false")
    return f"{kind} and ({rule.only})" if rule.only else kind


def create(table: Table) -> str:
    """Return the statement that makes one table of the extract."""
    rule = table.rule
    if rule.kind == "public":
        return f"create table analytics.{table.name} as select * from {WHOLE}.{table.name}"
    columns = ", ".join(
        f"cast({expression(rule, name)} as {kind}) as {quoted(name)}" for name, kind in table.columns.items()
    )
    known = [name for name in rule.keys if name in table.columns]
    joins = "".join(f" left join ({DERIVED}) as {name}_new on {person_in(name)} = {name}_new.old_key" for name in known)
    before = "".join(f", {words} as {name}" for name, words in rule.before.items())
    rows = f"select *{before} from {WHOLE}.{table.name} where {condition(rule)}"
    return f"create table analytics.{table.name} as select {columns} from ({rows}) as held{joins}"


def expression(rule: Rule, column: str) -> str:
    """Return what an extract holds of a column: NULL where nobody decided that it may hold anything."""
    if column in rule.keys:
        rest = f" || substr(held.{column}, length({person_in(column)}) + 1)" if column in PAIRED else ""
        return f"{column}_new.new_key{rest}"
    if column in rule.worked_out:
        return f"({rule.worked_out[column]})"
    return f"held.{quoted(column)}" if column in rule.kept else "null"


def person_in(column: str) -> str:
    """Return the person's key within a column, in SQL."""
    return f"split_part(held.{column}, ':', 1)" if column in PAIRED else f"held.{column}"


def keys(tables: list[Table]) -> str:
    """Return the statement of every person's key in the rows that the extract holds."""
    parts = [
        f"select {person_in(name)} as old_key from {WHOLE}.{table.name} as held where {condition(table.rule)}"
        for table in tables
        for name in table.rule.keys
        if name in table.columns
    ]
    return f"select distinct old_key from ({' union all '.join(parts)}) as named where old_key is not null"


def comments(rows: list[tuple[str, str | None, str]]) -> Iterator[str]:
    """Yield the statements that carry comments over, from rows of table, column (None: the table's own) and comment."""
    for table, column, comment in rows:
        what = f"table analytics.{table}" if column is None else f"column analytics.{table}.{quoted(column)}"
        yield f"comment on {what} is {literal(comment)}"


def macro(schema: str, name: str, parameters: list[str], definition: str, comment: str | None) -> Iterator[str]:
    """Yield the statements that carry a table macro over."""
    yield f"create macro analytics.{schema}.{name}({', '.join(parameters)}) as table {definition}"
    if comment:
        yield f"comment on macro table analytics.{schema}.{name} is {literal(comment)}"


def quoted(name: str) -> str:
    """Write a column's name."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Write a text."""
    return "'" + text.replace("'", "''") + "'"
