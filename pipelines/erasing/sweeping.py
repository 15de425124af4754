"""Takes erased persons out of the warehouse's tables, and keeps the books and the snapshots in step."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import duckdb

from pipelines.contract import ENTITIES
from pipelines.digests import followed
from pipelines.erasing import identities
from pipelines.erasing.texts import Reader, keys_named
from pipelines.erasing.texts import reader as reader_of
from pipelines.erasing.ties import EMAIL, personal
from pipelines.erasing.withdrawing import forget_withdrawn
from pipelines.snapshots import key_hash
from pipelines.sql import count, literal

RULES_OF_VALUES = ("missing value", "wrong type", "out of range", "in the future", "value not allowed", "duplicate key")
"""A row that breaks one of them elsewhere than in its key has a number, and is known by that: names are shared."""


@dataclass(frozen=True)
class Swept:
    """What was found: rows by table, and the names of the files that they came from."""

    rows: dict[str, int] = field(default_factory=dict)
    files: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """Rows in all tables."""
        return sum(self.rows.values())


def sweep(connection: duckdb.DuckDBPyConnection, keys: Mapping[int, bytes]) -> Swept:
    """Take out whatever hangs on the persons in ``known_identities`` or in ``ops.erased_identities``.

    The caller holds a transaction. Identities that were found on the way are remembered.
    """
    relations = identities.raw_rows()
    identities.bring_keys(connection, keys)
    for each in relations:
        identities.recognise(connection, each)
    identities.close(connection, relations)
    identities.remember(connection, keys)
    mark_rows(connection)
    reader = reader_of(connection, keys)
    held = held_rows(connection, reader)
    files = files_of(connection)
    rows = {f"raw.{name}": deleted_rows(connection, name) for name in personal()}
    rows["quarantine.rows"] = deleted_from_quarantine(connection, held)
    rows |= deleted_pseudonyms(connection)
    rows["ops.validation_results"] = blanked_examples(connection, reader)
    rows["ops.deliveries"] = blanked_reasons(connection, reader)
    return Swept({table: number for table, number in rows.items() if number}, files)


def mark_rows(connection: duckdb.DuckDBPyConnection) -> None:
    """Lay out the rows to delete as ``doomed_rows``: those that are hers, and all other versions of their keys."""
    connection.execute("create or replace temp table doomed_rows (entity varchar, record bigint)")
    for rows in identities.raw_rows():
        key = ", ".join(ENTITIES[rows.entity].key)
        connection.execute(f"""
            insert into doomed_rows
            select {literal(rows.entity)}, rowid from raw.{rows.entity}
            where ({key}) in (select ({key}) from raw.{rows.entity} where {identities.hers(rows.entity)})
        """)


def files_of(connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Return the names of the files whose rows are doomed or held in ``doomed_quarantine``."""
    parts = [
        f"select _file_id from raw.{name} where rowid in "
        f"(select record from doomed_rows where entity = {literal(name)})"
        for name in personal()
    ]
    rows = connection.sql(f"""
        select distinct file_name from ops.deliveries where status = 'loaded' and file_id in (
            {" union ".join(parts)}
            union select file_id from quarantine.rows where rowid in (select record from doomed_quarantine)
        ) order by 1
    """).fetchall()
    return tuple(name for (name,) in rows)


def held_rows(connection: duckdb.DuckDBPyConnection, reader: Reader) -> list[int]:
    """Lay out as ``doomed_quarantine`` the rows in quarantine whose text names a person."""
    connection.execute("create or replace temp table doomed_quarantine (record bigint)")
    personal_files = ", ".join(literal(name) for name in personal())
    texts = connection.sql(f"""
        select rowid, raw_text, entity, column_name, rule from quarantine.rows
        where file_id in (select file_id from ops.deliveries where entity in ({personal_files}))
            or entity in ({personal_files})
    """).fetchall()
    held = [
        record
        for record, text, entity, column, rule in texts
        if reader.finds(text, by_name=column in ENTITIES[entity].key or rule not in RULES_OF_VALUES)
    ]
    if held:
        connection.execute("insert into doomed_quarantine select unnest($1)", [held])
    return held


def deleted_rows(connection: duckdb.DuckDBPyConnection, entity: str) -> int:
    """Delete the doomed rows of an entity and what its snapshots remember of their keys; return how many."""
    doomed = f"select record from doomed_rows where entity = {literal(entity)}"
    if not count(connection, f"({doomed})"):
        return 0
    settle_books(connection, entity, doomed)
    forget_withdrawn(connection, entity, doomed)
    hashed = f"select distinct {key_hash(ENTITIES[entity])} from raw.{entity} where rowid in ({doomed})"
    connection.execute(f"delete from ops.snapshot_rows where entity = {literal(entity)} and _key in ({hashed})")
    with followed(connection, entity=entity, raw=f"rowid in ({doomed})"):
        deleted = connection.execute(f"delete from raw.{entity} where rowid in ({doomed})").fetchall()
    return int(deleted[0][0])


def settle_books(connection: duckdb.DuckDBPyConnection, entity: str, doomed: str) -> None:
    """Move the entity's doomed rows from loaded, and from unchanged where a snapshot repeats them, to erased."""
    hashed = f"select distinct {key_hash(ENTITIES[entity])} from raw.{entity} where rowid in ({doomed})"
    counted = connection.sql(f"""
        with loaded as (
            select _source as source, _file_id as file_id, _delivered_at as delivered_at, count(*) as loaded_count
            from raw.{entity} where rowid in ({doomed}) and not _is_deleted group by all
        ),
        held as (
            select source, file_id, delivered_at, count(distinct _key) as held_count
            from ops.snapshot_rows
            where entity = {literal(entity)} and standing = 'held' and _key in ({hashed}) group by all
        )
        select
            coalesce(loaded.source, held.source), coalesce(loaded.file_id, held.file_id),
            coalesce(loaded.delivered_at, held.delivered_at), coalesce(loaded_count, 0),
            greatest(coalesce(held_count, 0) - coalesce(loaded_count, 0), 0)
        from loaded full join held using (source, file_id, delivered_at)
    """).fetchall()
    for source, file_id, delivered_at, loaded, unchanged in counted:
        connection.execute(
            """
            update ops.deliveries set rows_loaded = rows_loaded - $1, rows_unchanged = rows_unchanged - $2,
                rows_erased = rows_erased + $1 + $2
            where status = 'loaded' and source = $3 and entity = $4 and file_id = $5 and delivered_at = $6
            """,
            [loaded, unchanged, source, entity, file_id, delivered_at],
        )


def deleted_from_quarantine(connection: duckdb.DuckDBPyConnection, held: list[int]) -> int:
    """Delete the doomed rows in quarantine and count them as erased; return how many were open or replayed."""
    if not held:
        return 0
    connection.execute("""
        update ops.deliveries set
            rows_quarantined = rows_quarantined - doomed.row_count, rows_erased = rows_erased + doomed.row_count
        from (
            select source, entity, file_id, delivered_at, count(*) as row_count
            from quarantine.rows where status = 'open' and rowid in (select record from doomed_quarantine) group by all
        ) as doomed
        where deliveries.status = 'loaded' and deliveries.source = doomed.source
            and deliveries.entity = doomed.entity and deliveries.file_id = doomed.file_id
            and deliveries.delivered_at = doomed.delivered_at
    """)
    doomed = "rowid in (select record from doomed_quarantine)"
    with followed(connection, held=doomed):
        connection.execute(f"delete from quarantine.rows where {doomed}")
    return len(held)


def deleted_pseudonyms(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Delete the persons' pseudonyms; return how many by table."""
    tables = {
        "pseudonyms.students": ("trim(student_id)", "part_2", "students"),
        "pseudonyms.candidates": ("(trim(system), trim(candidate_id))", "(part_1, part_2)", "ats_candidates"),
        "pseudonyms.emails": ("email", "part_2", EMAIL),
    }
    return {
        table: int(
            connection.execute(
                f"delete from {table} where {key} in (select {parts} from known_identities where kind = ?)", [kind]
            ).fetchall()[0][0]
        )
        for table, (key, parts, kind) in tables.items()
    }


def blanked_examples(connection: duckdb.DuckDBPyConnection, reader: Reader) -> int:
    """Blank the examples of border checks that name one of the persons' keys; return of how many checks."""
    rows = connection.sql("select rowid, example_keys from ops.validation_results where example_keys is not null")
    named = [record for record, keys in rows.fetchall() if any(reader.finds(part) for part in keys_named(keys))]
    if named:
        connection.execute(
            "update ops.validation_results set example_keys = null where list_contains($1, rowid)", [named]
        )
    return len(named)


def blanked_reasons(connection: duckdb.DuckDBPyConnection, reader: Reader) -> int:
    """Put the public reason in place of a refusal that quotes one of the persons; return how many."""
    rows = connection.sql("select rowid, reason from ops.deliveries where reason is not null").fetchall()
    named = [record for record, reason in rows if reader.finds(reason)]
    if named:
        connection.execute(
            "update ops.deliveries set reason = coalesce(public_reason, '') where list_contains($1, rowid)", [named]
        )
    return len(named)
