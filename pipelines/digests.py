"""What each delivery left in ``raw`` and in quarantine, as numbers that the ledger keeps beside its counts.

A number is the sum of the rows' hashes, so that a change is followed by adding what came and subtracting what went:
whatever else happened to the rows is not blessed by it. The hash is DuckDB's own and holds within one of its versions
and one form of the contract; the ledger says which, and numbers made otherwise are made anew by the next ingest.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from zlib import crc32

import duckdb

from pipelines.content import digest_of
from pipelines.contract import ENTITIES, PROVENANCE
from pipelines.sql import literal
from pipelines.warehouse import transaction

Identity = tuple[str, str, str, datetime]
"""Source, entity, file id and delivery time: a delivery."""
Digests = dict[Identity, int]

HELD = ("line", "column_name", "rule", "expected", "found", "raw_text", "file_name", "rule_version", "status")
"""Columns of the quarantine that a digest covers, beside those that name the delivery."""
OF_DELIVERY = "status = 'loaded' and source = ? and entity = ? and file_id = ? and delivered_at = ?"


def maker(entity: str) -> str:
    """Return what the digests of an entity's rows hang on: the version of DuckDB, and the columns of the contract."""
    columns = ",".join(sorted(column.name for column in (*ENTITIES[entity].columns, *PROVENANCE)))
    return f"duckdb {duckdb.__version__} {crc32(columns.encode()):08x}"


def raw_digests(connection: duckdb.DuckDBPyConnection, entity: str, where: str = "true") -> Digests:
    """Return the digest of each delivery's rows in the entity's raw table, retractions included."""
    digest = digest_of(column.name for column in (*ENTITIES[entity].columns, *PROVENANCE))
    rows = connection.sql(f"""
        select _source, _file_id, _delivered_at, {digest} from raw.{entity} where {where} group by all
    """).fetchall()
    return {(source, entity, file_id, moment): int(found) for source, file_id, moment, found in rows}


def held_digests(connection: duckdb.DuckDBPyConnection, where: str = "true") -> Digests:
    """Return the digest of each delivery's rows in quarantine, replayed ones included."""
    rows = connection.sql(f"""
        select source, entity, file_id, delivered_at, {digest_of(HELD)}
        from quarantine.rows where {where} group by all
    """).fetchall()
    return {(source, entity, file_id, moment): int(found) for source, entity, file_id, moment, found in rows}


def where_raw(identity: Identity) -> str:
    """Return the condition on a raw table for the rows of a delivery."""
    source, _, file_id, moment = identity
    return (
        f"_source = {literal(source)} and _file_id = {literal(file_id)} "
        f"and _delivered_at = timestamp {literal(str(moment))}"
    )


def where_held(identity: Identity) -> str:
    """Return the condition on the quarantine for the rows of a delivery."""
    source, entity, file_id, moment = identity
    return (
        f"source = {literal(source)} and entity = {literal(entity)} and file_id = {literal(file_id)} "
        f"and delivered_at = timestamp {literal(str(moment))}"
    )


def record(connection: duckdb.DuckDBPyConnection, identity: Identity, *, is_raw: bool, is_held: bool) -> None:
    """Keep what a delivery has just left in ``raw`` and in quarantine; where it left nothing, nothing is read."""
    raw = raw_digests(connection, identity[1], where_raw(identity)) if is_raw else {}
    held = held_digests(connection, where_held(identity)) if is_held else {}
    keep(connection, identity, raw.get(identity, 0), held.get(identity, 0))


def keep(connection: duckdb.DuckDBPyConnection, identity: Identity, raw: int, held: int) -> None:
    """Enter a delivery's digests into the ledger."""
    connection.execute(
        f"update ops.deliveries set raw_digest = ?, held_digest = ?, digested_by = ? where {OF_DELIVERY}",
        [raw, held, maker(identity[1]), *identity],
    )


@contextmanager
def followed(
    connection: duckdb.DuckDBPyConnection, *, entity: str = "", raw: str = "false", held: str = "false"
) -> Iterator[None]:
    """Bring the ledger along while the block changes rows: those that meet ``raw`` or ``held`` before or after it."""
    before = (raw_digests(connection, entity, raw) if entity else {}, held_digests(connection, held))
    yield
    after = (raw_digests(connection, entity, raw) if entity else {}, held_digests(connection, held))
    for column, then, now in zip(("raw_digest", "held_digest"), before, after, strict=True):
        for identity in {*then, *now}:
            change = now.get(identity, 0) - then.get(identity, 0)
            connection.execute(
                f"update ops.deliveries set {column} = {column} + ? where {OF_DELIVERY} and digested_by = ?",
                [change, *identity, maker(identity[1])],
            )


def renew(connection: duckdb.DuckDBPyConnection) -> None:
    """Make digests that lack, or that another version made, from the rows as they are."""
    made = connection.sql("select distinct entity, digested_by from ops.deliveries where status = 'loaded'").fetchall()
    for entity in {entity for entity, made_by in made if entity in ENTITIES and made_by != maker(entity)}:
        raw = raw_digests(connection, entity)
        held = held_digests(connection, f"entity = {literal(entity)}")
        with transaction(connection):
            for identity in outdated(connection, entity):
                keep(connection, identity, raw.get(identity, 0), held.get(identity, 0))


def outdated(connection: duckdb.DuckDBPyConnection, entity: str) -> list[Identity]:
    """Return the deliveries of an entity whose digests lack or were made by another version."""
    return connection.execute(
        """
        select distinct source, entity, file_id, delivered_at from ops.deliveries
        where status = 'loaded' and entity = ? and digested_by is distinct from ?
        """,
        [entity, maker(entity)],
    ).fetchall()


@dataclass(frozen=True)
class Difference:
    """A delivery whose rows are not those that were recorded, with its file; None where they are of no delivery."""

    table: str
    identity: Identity
    file: str | None
    recorded: int
    found: int


def recorded_columns(connection: duckdb.DuckDBPyConnection) -> str:
    """Return what to select of the records; NULL in a warehouse of an earlier version, which is only being read."""
    found = connection.sql("""
        select 1 from duckdb_columns() where table_name = 'deliveries' and column_name = 'digested_by'
    """).fetchall()
    return "raw_digest, held_digest, digested_by" if found else "null, null, null"


def differences(connection: duckdb.DuckDBPyConnection) -> tuple[list[Difference], int, int]:
    """Compare every delivery's rows with what was recorded; return what differs, how many agree, how many cannot tell.

    One pass over each table. Those that cannot tell were recorded by another version of DuckDB, or not at all.
    """
    known = {
        (source, entity, file_id, moment): (name, raw, held, made_by == maker(entity))
        for source, entity, file_id, moment, name, raw, held, made_by in connection.sql(f"""
            select source, entity, file_id, delivered_at, file_name, {recorded_columns(connection)}
            from ops.deliveries where status = 'loaded'
        """).fetchall()
    }
    found: dict[str, Digests] = {"quarantine.rows": held_digests(connection)}
    for entity in ENTITIES:
        found[f"raw.{entity}"] = raw_digests(connection, entity)
    differing = []
    for identity, (name, raw, held, is_current) in known.items():
        if is_current:
            table = f"raw.{identity[1]}"
            pairs = ((table, raw), ("quarantine.rows", held))
            rows = ((each, recorded, found[each].get(identity, 0)) for each, recorded in pairs)
            differing += [Difference(each, identity, name, then, now) for each, then, now in rows if then != now]
    for table, digests in found.items():
        strays = (identity for identity in digests if identity not in known)
        differing += [Difference(table, identity, None, 0, digests[identity]) for identity in strays]
    told = sum(is_current for *_, is_current in known.values())
    return differing, told, len(known) - told
