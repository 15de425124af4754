"""Deliveries that hold everything: what changed, what is gone, and the same end state for any order of arrival.

A snapshot is compared with the one delivered before it, and its rows are versions of the delivery's time, whatever
``updated_at`` says. Only rows that differ enter ``raw``; a key that is gone enters as a row with ``_is_deleted``.
``ops.snapshot_rows`` keeps which snapshot held which content, by hash, so that a snapshot that arrives late can be
set between its neighbours: it and its successor are compared anew.

A row that does not conform says that its key is not gone, but not what became of it: what the snapshot before held
stays in force (``carried``). A snapshot with rows whose key cannot be read is partial: every key that it lacks is
carried, since any may stand in such a row.
What changes told of a key since the snapshot before is in force no more once a snapshot comes: what it holds of the
key is entered again, and where it lacks the key, it is gone. Changes that arrive late are set before their snapshot.

A correction by name is a snapshot of the one file that it replaces. The same bytes may replace several files at once:
they are one delivery of several scopes, whose rows are those that any of them needs.
"""

from dataclasses import dataclass, replace
from datetime import datetime

import duckdb

from pipelines.contract import PROVENANCE, Entity
from pipelines.digests import followed, where_raw
from pipelines.ledger import Batch
from pipelines.sql import literal


@dataclass(frozen=True)
class Delivery:
    """A snapshot: ``scope`` is empty for all of a source's entity, or the name of the file that is corrected."""

    source: str
    entity: Entity
    scope: str
    delivered_at: datetime
    file_id: str

    @property
    def identity(self) -> list[object]:
        """Values of the columns that name it in ``ops.snapshots`` and ``ops.snapshot_rows``."""
        return [self.source, self.entity.name, self.scope, self.delivered_at, self.file_id]


@dataclass(frozen=True)
class Content:
    """What a snapshot holds, as SQL: ``rows`` over the contract's columns, ``unread`` over the key's alone.

    ``is_partial`` is true where it also holds rows whose key cannot be read.
    """

    rows: str
    unread: str
    is_partial: bool


CHANGED = "changed"
"""In place of a digest: what is in force of the key was told by changes."""

IDENTITY = "source = ? and entity = ? and scope = ? and delivered_at = ? and file_id = ?"


def apply(connection: duckdb.DuckDBPyConnection, delivery: Delivery, content: Content, batch: Batch) -> tuple[int, int]:
    """Enter a snapshot; return (rows loaded, rows unchanged)."""
    entity = delivery.entity
    connection.execute("drop table if exists content")
    connection.execute(f"""
        create temp table content as
        select *, {key_hash(entity)} as _key, {row_hash(entity)} as _row from ({content.rows})
    """)
    (held,) = connection.sql("select count(*) from content").fetchall()[0]
    enter(connection, delivery, content)
    before, later = neighbours(connection, delivery)
    carry(connection, delivery, before)
    loaded = settle(connection, delivery, batch)
    if later:
        recall(connection, delivery)
    follow(connection, delivery, later, batch)
    return loaded, int(held) - loaded


def adopt(connection: duckdb.DuckDBPyConnection, delivery: Delivery, batch: Batch) -> bool:
    """Let bytes that were delivered as a whole of another scope be one of this scope too, where they are not yet.

    Return whether they became one.
    """
    twins = scopes(connection, delivery)
    if not twins or delivery in twins:
        return False
    for table, columns in (("ops.snapshots", "is_partial"), ("ops.snapshot_rows", "_key, _row, standing")):
        where = "" if table == "ops.snapshots" else "and standing <> 'carried'"
        connection.execute(
            f"insert into {table} select ?, ?, ?, ?, ?, {columns} from {table} where {IDENTITY} {where}",
            [*delivery.identity, *twins[0].identity],
        )
    connection.execute(f"create or replace temp table content as {recalled(delivery)}")
    before, later = neighbours(connection, delivery)
    resettle(connection, delivery, before, batch)
    follow(connection, delivery, later, batch)
    return True


def scopes(connection: duckdb.DuckDBPyConnection, delivery: Delivery) -> list[Delivery]:
    """Return the delivery once for each scope under which it is known."""
    found = connection.execute(
        """
        select scope from ops.snapshots
        where source = ? and entity = ? and delivered_at = ? and file_id = ? order by scope
        """,
        [delivery.source, delivery.entity.name, delivery.delivered_at, delivery.file_id],
    ).fetchall()
    return [replace(delivery, scope=scope) for (scope,) in found]


def follow(connection: duckdb.DuckDBPyConnection, delivery: Delivery, later: list[Delivery], batch: Batch) -> None:
    """Compare the snapshots after a new one anew, as far as they depend on it; rows are in the table ``content``."""
    previous = delivery
    for each in later:
        resettle(connection, each, previous, batch)
        if not has_gaps(connection, each):
            break
        previous = each


def retell(connection: duckdb.DuckDBPyConnection, changes: Delivery, batch: Batch) -> None:
    """Compare the snapshots since changes were delivered anew, as far as they depend on them."""
    before, later = neighbours(connection, changes)
    if later:
        connection.execute(f"create or replace temp table content as {recalled(changes)}")
    for each in later:
        resettle(connection, each, before, batch)
        if each.delivered_at > changes.delivered_at and not has_gaps(connection, each):
            break
        before = each


def enter(connection: duckdb.DuckDBPyConnection, delivery: Delivery, content: Content) -> None:
    """Note which keys the snapshot holds, with the digest of their content, and which it holds unread."""
    connection.execute("insert into ops.snapshots values (?, ?, ?, ?, ?, ?)", [*delivery.identity, content.is_partial])
    connection.execute(
        "insert into ops.snapshot_rows select ?, ?, ?, ?, ?, _key, _row, 'held' from content", delivery.identity
    )
    connection.execute(
        f"""
        insert into ops.snapshot_rows
        select ?, ?, ?, ?, ?, _key, null, 'unread'
        from (select distinct {key_hash(delivery.entity)} as _key from ({content.unread}))
        where _key not in (select _key from content)
        """,
        delivery.identity,
    )


def key_hash(entity: Entity) -> str:
    """Return SQL for a digest of the key."""
    return f"md5(concat_ws(chr(31), {', '.join(f'cast({name} as varchar)' for name in entity.key)}))"


def row_hash(entity: Entity) -> str:
    """Return SQL for a digest of all contract columns; NULL differs from every text."""
    parts = (f"coalesce('=' || cast({column.name} as varchar), '')" for column in entity.columns)
    return f"md5(concat_ws(chr(31), {', '.join(parts)}))"


def neighbours(connection: duckdb.DuckDBPyConnection, delivery: Delivery) -> tuple[Delivery | None, list[Delivery]]:
    """Return the snapshot of the same scope delivered just before, and all that were delivered later, in order."""
    rows = connection.execute(
        """
        select distinct delivered_at, file_id from ops.snapshots
        where source = ? and entity = ? and scope = ? order by delivered_at, file_id
        """,
        [delivery.source, delivery.entity.name, delivery.scope],
    ).fetchall()
    around = [Delivery(delivery.source, delivery.entity, delivery.scope, *row) for row in rows]
    here = (delivery.delivered_at, delivery.file_id)
    earlier = [each for each in around if (each.delivered_at, each.file_id) < here]
    later = [each for each in around if (each.delivered_at, each.file_id) > here]
    return earlier[-1] if earlier else None, later


def members(delivery: Delivery | None, standing: str = "standing <> 'unread'") -> str:
    """Return SQL for the (_key, _row) pairs that a snapshot held or carried; none for no snapshot."""
    if delivery is None:
        return "select null::varchar as _key, null::varchar as _row where false"
    return f"""
        select _key, _row from ops.snapshot_rows
        where source = {literal(delivery.source)} and entity = {literal(delivery.entity.name)}
            and scope = {literal(delivery.scope)} and delivered_at = timestamp {literal(delivery.delivered_at)}
            and file_id = {literal(delivery.file_id)} and {standing}
    """


def standing_before(delivery: Delivery, before: Delivery | None) -> str:
    """Return SQL for the (_key, _row) pairs in force when a snapshot came: as the one before left them, or CHANGED.

    What another snapshot or a correction wrote is no change.
    """
    if delivery.scope:
        return members(before)
    since = f"and _delivered_at >= timestamp {literal(before.delivered_at)}" if before else ""
    changed = f"""
        select distinct {key_hash(delivery.entity)} as _key from raw.{delivery.entity.name}
        where _source = {literal(delivery.source)} {since}
            and _delivered_at <= timestamp {literal(delivery.delivered_at)} and (_delivered_at, _file_id) not in (
                select delivered_at, file_id from ops.snapshots
                where source = {literal(delivery.source)} and entity = {literal(delivery.entity.name)}
            )"""
    return f"""
        select _key, _row from ({members(before)}) where _key not in ({changed})
        union all select _key, {literal(CHANGED)} from ({changed})"""


def carry(connection: duckdb.DuckDBPyConnection, delivery: Delivery, before: Delivery | None) -> None:
    """Keep in force what was in force before of the keys that this snapshot could not tell."""
    connection.execute(f"delete from ops.snapshot_rows where {IDENTITY} and standing = 'carried'", delivery.identity)
    connection.execute(
        f"""
        insert into ops.snapshot_rows
        select ?, ?, ?, ?, ?, _key, _row, 'carried' from ({standing_before(delivery, before)})
        where _key not in (select _key from ({members(delivery)})) and (
            _key in (select _key from ({members(delivery, "standing = 'unread'")}))
            or exists (select 1 from ops.snapshots where {IDENTITY} and is_partial)
        )
        """,
        [*delivery.identity, *delivery.identity],
    )


def has_gaps(connection: duckdb.DuckDBPyConnection, delivery: Delivery) -> bool:
    """Say whether what the snapshot amounts to depends on the one before it."""
    (is_partial,) = connection.execute(
        f"select bool_or(is_partial) from ops.snapshots where {IDENTITY}", delivery.identity
    ).fetchall()[0]
    unread = connection.sql(members(delivery, "standing = 'unread'") + " limit 1").fetchall()
    return bool(is_partial or unread)


def settle(connection: duckdb.DuckDBPyConnection, delivery: Delivery, batch: Batch) -> int:
    """Write to ``raw`` what the snapshot changed against the ones before; contents come from the table ``content``."""
    entity = delivery.entity
    names = ", ".join(column.name for column in entity.columns)
    keys = ", ".join(entity.key)
    columns = ", ".join(column.name for column in PROVENANCE)
    provenance = [delivery.source, delivery.file_id, delivery.delivered_at, batch.batch_id, batch.moment]
    pairs = [
        (members(each), standing_before(each, neighbours(connection, each)[0])) for each in scopes(connection, delivery)
    ]
    changed = " or ".join(f"((_key, _row) in ({now}) and (_key, _row) not in ({before}))" for now, before in pairs)
    gone = " or ".join(
        f"(_key in (select _key from ({before})) and _key not in (select _key from ({now})))" for now, before in pairs
    )
    loaded = connection.execute(
        f"""
        insert into raw.{entity.name} ({names}, {columns})
        select {names}, ?, ?, ?, ?, ?, false, ? from content where {changed}
        """,
        [*provenance, delivery.delivered_at],
    ).fetchall()[0][0]
    connection.execute(
        f"""
        insert into raw.{entity.name} ({keys}, {columns})
        select distinct {keys}, ?, ?, ?, ?, ?, true, ?::timestamp
        from (select {keys}, {key_hash(entity)} as _key from raw.{entity.name} where _source = ? and _delivered_at <= ?)
        where {gone}
        """,
        [*provenance, delivery.delivered_at, delivery.source, delivery.delivered_at],
    )
    return int(loaded)


def recall(connection: duckdb.DuckDBPyConnection, delivery: Delivery) -> None:
    """Add to ``content`` every other row of the source's entity that ``raw`` knows."""
    connection.execute(f"insert into content {recalled(delivery)} and _row not in (select _row from content)")


def recalled(delivery: Delivery) -> str:
    """Return SQL for the different rows of the source's entity in ``raw``, with the digests of key and content."""
    entity = delivery.entity
    names = ", ".join(column.name for column in entity.columns)
    return f"""
        select * from (
            select distinct on (_row) {names}, {key_hash(entity)} as _key, {row_hash(entity)} as _row
            from raw.{entity.name} where _source = {literal(delivery.source)} and not _is_deleted
        ) where true"""


def resettle(connection: duckdb.DuckDBPyConnection, later: Delivery, previous: Delivery | None, batch: Batch) -> None:
    """Compare a snapshot anew, now that the one before it is another; its rows are in the table ``content``."""
    where = where_raw((later.source, later.entity.name, later.file_id, later.delivered_at))
    with followed(connection, entity=later.entity.name, raw=where):
        connection.execute(f"delete from raw.{later.entity.name} where {where}")
        carry(connection, later, previous)
        loaded = settle(connection, later, batch)
    connection.execute(
        """
        update ops.deliveries set rows_unchanged = rows_unchanged + rows_loaded - ?, rows_loaded = ?
        where source = ? and entity = ? and delivered_at = ? and file_id = ? and status = 'loaded'
        """,
        [loaded, loaded, later.source, later.entity.name, later.delivered_at, later.file_id],
    )
