"""What the name of a published column promises, and what no published table may hold."""

from collections.abc import Mapping, Sequence
from typing import Any

from expectations.rows import ROWS, ExpectRowsToHold, between, counting, in_set, key_text, not_null, rows_hold
from pipelines.contract import ENTITIES

PRIVATE = {column.name for entity in ENTITIES.values() for column in entity.columns if column.pii == "direct"} - {
    "value"
}
"""Columns of the contract that say who somebody is; ``value`` is one only in the entities of addresses."""

TYPED_BY_PEOPLE = {"title", "department", "job_department", "name", "host_name"}
"""Free text: an address in it is a warning, since no pipeline can keep people from typing one."""

ADDRESS = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+[.][A-Za-z]"
SAMPLED_ROWS = 200_000


def rules(columns: Mapping[str, str], key: Sequence[str]) -> list[Any]:
    """Return the expectations that follow from the columns' names and types, and from the key."""
    found: list[Any] = []
    if key:
        found += [
            unique(key),
            *(not_null(name, "missing key", f"{name} is part of the key.", "critical") for name in key),
        ]
    for name, kind in columns.items():
        found += named(name, kind)
        if kind == "VARCHAR":
            found.append(no_address(name))
    return found


def named(name: str, kind: str) -> list[Any]:
    """Return what a column's name promises about its values."""
    if name.startswith(("is_", "has_")) and kind != "BOOLEAN":
        return [in_set(name, (0, 1), "flag", f"{name} is 0, 1 or unknown.", "critical")]
    if name.endswith(("_rate", "_share", "_incidence")):
        return [between(name, 0, 1, "rate", f"{name} lies between 0 and 1.", "critical")]
    if name.endswith("_count"):
        return [between(name, 0, None, "count", f"{name} is not negative.", "critical")]
    return []


def unique(key: Sequence[str]) -> ExpectRowsToHold:
    """Expect no two rows with one key."""
    rows = f"select {key_text(key)} as key_text, count(*) > 1 as is_unexpected from {ROWS} group by all"
    return ExpectRowsToHold(
        unexpected_rows_query=counting(rows),
        severity="critical",
        description=f"{', '.join(key)} identifies a row.",
        meta={"rule": "duplicate key", "column": ", ".join(key)},
    )


def no_address(column: str) -> ExpectRowsToHold:
    """Expect nothing that looks like an e-mail address, in a sample of the rows; examples would show it."""
    return rows_hold(
        "looks like an e-mail address",
        f"regexp_matches(each.\"{column}\", '{ADDRESS}')",
        f"{column} holds nobody's address.",
        key=(),
        column=column,
        severity="warning" if column in TYPED_BY_PEOPLE else "critical",
        where=f'each."{column}" is not null using sample {SAMPLED_ROWS} rows',
    )


def catalogue(name: str) -> list[ExpectRowsToHold]:
    """Return what is expected of a published table's entry in ``columns``: comments, types, nobody's name."""
    private = ", ".join(f"'{each}'" for each in sorted(PRIVATE))
    return [
        described(name, "no comment", "coalesce(each.comment, '') = ''", "The table and its columns are described."),
        described(name, "private column", f"each.column_name in ({private})", "No column says who somebody is."),
        described(
            name,
            "slow type",
            "each.data_type = 'HUGEINT' or each.data_type like 'DECIMAL(38,%'",
            "No column is of a type that is slow to read from a file.",
        ),
    ]


def described(name: str, rule: str, unexpected: str, description: str) -> ExpectRowsToHold:
    """Expect no entry of the table, the table itself included, to be ``unexpected``."""
    found = rows_hold(
        rule,
        unexpected,
        description,
        key=("column_name",),
        severity="critical",
        where=f"each.table_name = '{name}'",
    )
    found.meta = {**found.meta, "entity": name}
    return found
