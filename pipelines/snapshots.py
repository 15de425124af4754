"""Deliveries that hold everything: what changed, what is gone, and the same end state for any order of arrival.

A snapshot is compared with the one delivered before it. Only rows that differ enter ``raw``; a key that is gone
enters as a row with ``_is_deleted`` and its last ``updated_at``, so that the delivery alone decides its place.
``ops.snapshot_rows`` keeps which snapshot held which content, by hash, so that a snapshot that arrives late can be
set between its neighbours: it and its successor are compared anew.
A correction by name is a snapshot of the one file that it replaces.
"""

from dataclasses import dataclass
from datetime import datetime

import duckdb

from pipelines.contract import PROVENANCE, Entity
from pipelines.ledger import Batch


@dataclass(frozen=True)
class Delivery:
    """A snapshot: ``scope`` is empty for all of a source's entity, or the name of the file that is corrected."""

    source: str
    entity: Entity
    scope: str
    delivered_at: datetime
    file_id: str


def apply(connection: duckdb.DuckDBPyConnection, delivery: Delivery, rows: str, batch: Batch) -> tuple[int, int]:
    """Enter a snapshot given as SQL over its contract columns; return (rows loaded, rows unchanged)."""
    entity = delivery.entity
    connection.execute("drop table if exists content")
    connection.execute(
        f"create temp table content as select *, {key_hash(entity)} as _key, {row_hash(entity)} as _row from ({rows})"
    )
    connection.execute(
        "insert into ops.snapshot_rows select ?, ?, ?, ?, ?, _key, _row from content",
        [delivery.source, entity.name, delivery.scope, delivery.delivered_at, delivery.file_id],
    )
    before, after = neighbours(connection, delivery)
    held = connection.sql("select count(*) from content").fetchall()[0][0]
    loaded = settle(connection, delivery, before, batch)
    if after is not None:
        resettle(connection, after, delivery, batch)
    return loaded, int(held) - loaded


def key_hash(entity: Entity) -> str:
    """Return SQL for a digest of the key."""
    return f"md5(concat_ws(chr(31), {', '.join(f'cast({name} as varchar)' for name in entity.key)}))"


def row_hash(entity: Entity) -> str:
    """Return SQL for a digest of all contract columns; NULL differs from every text."""
    parts = (f"coalesce('=' || cast({column.name} as varchar), '')" for column in entity.columns)
    return f"md5(concat_ws(chr(31), {', '.join(parts)}))"


def neighbours(connection: duckdb.DuckDBPyConnection, delivery: Delivery) -> tuple[Delivery | None, Delivery | None]:
    """Return the snapshots of the same scope delivered just before and just after."""
    rows = connection.execute(
        """
        select distinct delivered_at, file_id from ops.snapshot_rows
        where source = ? and entity = ? and scope = ? order by delivered_at, file_id
        """,
        [delivery.source, delivery.entity.name, delivery.scope],
    ).fetchall()
    here = rows.index((delivery.delivered_at, delivery.file_id)) if rows else 0
    around = [
        Delivery(delivery.source, delivery.entity, delivery.scope, *rows[place]) if 0 <= place < len(rows) else None
        for place in (here - 1, here + 1)
    ]
    return around[0], around[1]


def members(delivery: Delivery | None) -> str:
    """Return SQL for the (_key, _row) pairs that a snapshot held; none for no snapshot."""
    if delivery is None:
        return "select null::varchar as _key, null::varchar as _row where false"
    return f"""
        select _key, _row from ops.snapshot_rows
        where source = '{delivery.source}' and entity = '{delivery.entity.name}'
            and scope = '{delivery.scope.replace("'", "''")}'
            and delivered_at = timestamp '{delivery.delivered_at}' and file_id = '{delivery.file_id}'
    """


def settle(connection: duckdb.DuckDBPyConnection, delivery: Delivery, before: Delivery | None, batch: Batch) -> int:
    """Write to ``raw`` what the snapshot changed against the one before; contents come from the table ``content``."""
    entity = delivery.entity
    names = ", ".join(column.name for column in entity.columns)
    keys = ", ".join(entity.key)
    columns = ", ".join(column.name for column in PROVENANCE)
    provenance = [delivery.source, delivery.file_id, delivery.delivered_at, batch.batch_id, batch.moment]
    changed = connection.execute(
        f"""
        insert into raw.{entity.name} ({names}, {columns})
        select {names}, ?, ?, ?, ?, ?, false from content
        where (_key, _row) in ({members(delivery)}) and (_key, _row) not in ({members(before)})
        """,
        provenance,
    ).fetchall()[0][0]
    connection.execute(
        f"""
        insert into raw.{entity.name} ({keys}, updated_at, {columns})
        select {keys}, max(updated_at), ?, ?, ?, ?, ?, true
        from (select *, {key_hash(entity)} as _key from raw.{entity.name} where _source = ? and _delivered_at < ?)
        where _key in (select _key from ({members(before)})) and _key not in (select _key from ({members(delivery)}))
        group by {keys}
        """,
        [*provenance, delivery.source, delivery.delivered_at],
    )
    return int(changed)


def resettle(connection: duckdb.DuckDBPyConnection, later: Delivery, late: Delivery, batch: Batch) -> None:
    """Compare a snapshot anew, now that another one came in before it; its content is known from ``raw``."""
    entity = later.entity
    names = ", ".join(column.name for column in entity.columns)
    connection.execute(f"""
        insert into content
        select distinct on (_row) {names}, {key_hash(entity)} as _key, {row_hash(entity)} as _row
        from raw.{entity.name} where _source = '{later.source}' and not _is_deleted
            and {row_hash(entity)} not in (select _row from content)
    """)
    connection.execute(
        f"delete from raw.{entity.name} where _source = ? and _file_id = ? and _delivered_at = ?",
        [later.source, later.file_id, later.delivered_at],
    )
    loaded = settle(connection, later, late, batch)
    connection.execute(
        """
        update ops.deliveries set rows_unchanged = rows_unchanged + rows_loaded - ?, rows_loaded = ?
        where source = ? and entity = ? and delivered_at = ? and file_id = ? and status = 'loaded'
        """,
        [loaded, loaded, later.source, entity.name, later.delivered_at, later.file_id],
    )
