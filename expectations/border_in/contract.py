"""What the contract says, as expectations: columns, keys, required and allowed values, ranges, links."""

from typing import Any

from expectations.rows import (
    ROWS,
    TOLERATED_ORPHANS,
    ExpectRowsToHold,
    between,
    counting,
    in_set,
    key_text,
    not_null,
    rows_hold,
)
from pipelines.contract import ENTITIES, PROVENANCE, Column, Entity


def shown_key(entity: Entity) -> tuple[str, ...]:
    """Return the key that results may show: none where a part of it is about a person."""
    return () if any(entity.column(name).pii != "none" for name in entity.key) else entity.key


def schema(entity: Entity) -> ExpectRowsToHold:
    """Expect the raw table to have the contract's columns, of the contract's types; run on ``columns``."""
    expected = ", ".join(f"('{each.name}', '{each.sql_type}')" for each in (*entity.columns, *PROVENANCE))
    rows = (
        "select expected.column_name as key_text, found.column_name is null as is_unexpected "
        f"from (values {expected}) as expected(column_name, data_type) "
        "left join (select * from {batch}) as found on found.column_name = expected.column_name "
        f"and found.table_name = '{entity.name}' and lower(found.data_type) = expected.data_type"
    )
    return ExpectRowsToHold(
        unexpected_rows_query=counting(rows),
        severity="critical",
        description=f"raw.{entity.name} has each column of the contract, with its type.",
        meta={"rule": "schema", "column": None, "entity": entity.name},
    )


def rules(entity: Entity) -> list[Any]:
    """Return the expectations that follow from the entity's declaration, its schema aside."""
    found: list[Any] = [duplicate_versions(entity)]
    for column in entity.columns:
        found += column_rules(column)
        if column.references:
            found += links(entity, column)
    return found


def column_rules(column: Column) -> list[Any]:
    """Return what is expected of one column by itself; only a missing key is critical."""
    found: list[Any] = []
    if column.key:
        found.append(not_null(column.name, "missing key", f"{column.name} is part of the key.", "critical"))
    elif column.required:
        found.append(not_null(column.name, "missing value", f"{column.name} is required.", "warning"))
    if column.values:
        listed = f"{column.name} is one of the {len(column.values)} words that the contract allows."
        found.append(in_set(column.name, column.values, "allowed values", listed, "warning"))
    if column.minimum is not None or column.maximum is not None:
        limits = f"{column.name} lies within the contract's limits."
        found.append(between(column.name, column.minimum, column.maximum, "range", limits, "warning"))
    return found


def duplicate_versions(entity: Entity) -> ExpectRowsToHold:
    """Expect a file to hold a key once, so that the current version does not depend on chance."""
    key = ", ".join(f'each."{name}"' for name in entity.key)
    rows = (
        f"select {key_text(())} as key_text, false as is_unexpected from {ROWS} union all "
        f"select {key_text(shown_key(entity))}, true from versions.{entity.name} as each "
        f"group by {key}, each._file_id, each._delivered_at having count(*) > 1"
    )
    return ExpectRowsToHold(
        unexpected_rows_query=counting(rows),
        severity="critical",
        description="A key has one version per file and delivery.",
        meta={"rule": "duplicate key", "column": ", ".join(entity.key)},
    )


def links(entity: Entity, column: Column) -> tuple[ExpectRowsToHold, ExpectRowsToHold]:
    """Expect every link to lead somewhere, and fewer than one in a hundred not to; one query serves both."""
    target, field = str(column.references).split(".")
    same_system = "system" in ENTITIES[target].key and "system" in entity.key
    unknown = (
        f'not exists (select 1 from "current".{target} as target where target."{field}" = each."{column.name}"'
        f"{' and target.system = each.system' if same_system else ''})"
    )
    present, key = f'each."{column.name}" is not null', shown_key(entity)
    known = f"{column.name} is known in {target}."
    mostly = f"At most {TOLERATED_ORPHANS:.0%} of {column.name} are unknown in {target}."
    return (
        rows_hold("unknown reference", unknown, known, key=key, column=column.name, where=present),
        rows_hold(
            "unknown reference above 1 %",
            unknown,
            mostly,
            key=key,
            column=column.name,
            where=present,
            severity="critical",
            tolerated_share=TOLERATED_ORPHANS,
        ),
    )
