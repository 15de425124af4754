"""Replay: how rows come back from the quarantine once the mapping or the rules are mended.

The whole file is read again under today's mapping, and the rows that stand on a line that is held are taken from it.
So a row comes back just as its file says it, whatever the format; a line that no reader may see stays.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl

from pipelines import digests, ledger
from pipelines.conform import ERASED, RULE_VERSION
from pipelines.contract import ENTITIES, Entity
from pipelines.erasing.filtering import Erasures, Keys, no_keys, standing_erasures
from pipelines.errors import RefusedFile, ThroughlineError, did_you_mean
from pipelines.ingest import plain_path
from pipelines.inspection import fingerprint
from pipelines.landing import LandedFile, format_of, landed_files
from pipelines.ledger import Batch, Outcome, Seen
from pipelines.load import Load, is_whole, named_rows
from pipelines.quarantine import STANDING
from pipelines.readers import stage
from pipelines.sql import count
from pipelines.staged import records_at
from pipelines.warehouse import spilling, transaction

REPLAYABLE = "status = 'open' and rule <> 'duplicate key' and line is not null"
"""A duplicate stays out: the row that was kept is in ``raw``."""
IDENTITY = "source = ? and entity = ? and file_id = ? and delivered_at = ?"


@dataclass(frozen=True)
class Replay:
    """What a replay did: rows loaded, rows left in quarantine, and why files were not replayed, by name.

    ``is_failed`` where one of them should have been. Unpacks as (loaded, left).
    """

    loaded: int
    left: int
    reasons: dict[str, str] = field(default_factory=dict)
    is_failed: bool = False

    def __iter__(self) -> Iterator[int]:
        return iter((self.loaded, self.left))


class AwaitsTheNext(ThroughlineError):
    """The rows are of a snapshot or correction: the next one brings them, and no replay does."""


@dataclass(frozen=True)
class Held:
    """A delivery with rows in quarantine that may come back."""

    name: str
    source: str
    file_id: str
    delivered_at: datetime
    entities: tuple[str, ...]


def replay(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    batch: Batch,
    file: str | None,
    mappings: Sequence[Path] = (),
    keys: Keys = no_keys,
) -> Replay:
    """Hold the quarantined rows of a file, or of all, against today's mapping.

    Rows of snapshots and corrections stay: the next delivery of the whole brings them. ``keys`` as in ``ingest``.
    """
    names = [name for (name,) in connection.sql(f"select distinct file_name from {STANDING} order by 1").fetchall()]
    if file is not None and file not in names:
        raise ThroughlineError(
            f"expected a file with rows in quarantine; found {file!r} ({did_you_mean(file, names)}).",
            next_command="throughline quarantine list",
        )
    landed = landed_files(folder, tuple(path.resolve() for path in mappings))
    loaded, is_failed = 0, False
    reasons: dict[str, str] = {}
    for held in held_deliveries(connection, file):
        try:
            again, erasures = landed_again(connection, held, landed), standing_erasures(connection, keys)
            loaded += replay_delivery(connection, held, again, batch, erasures)
        except ThroughlineError as error:
            reasons[held.name] = str(error)
            is_failed |= file is not None or not isinstance(error, AwaitsTheNext)
    ledger.finish_batch(connection, batch, 0)
    (left,) = connection.sql(f"select count(*) from {STANDING}").fetchall()[0]
    return Replay(loaded, int(left), reasons, is_failed)


def held_deliveries(connection: duckdb.DuckDBPyConnection, file: str | None) -> list[Held]:
    """Return the deliveries with rows that may come back, of one file name or of all."""
    found = connection.execute(
        f"""
        select file_name, source, file_id, delivered_at, list(distinct entity order by entity)
        from {STANDING} where {REPLAYABLE} and ($1 is null or file_name = $1)
        group by all order by delivered_at, file_name, file_id
        """,
        [file],
    ).fetchall()
    return [
        Held(name, source, file_id, delivered_at, tuple(entities))
        for name, source, file_id, delivered_at, entities in found
    ]


def landed_again(connection: duckdb.DuckDBPyConnection, held: Held, landed: Iterable[LandedFile]) -> LandedFile:
    """Return the landed file with the held bytes, under today's mapping, as it was delivered then.

    Raises ThroughlineError where there is none, or where its rows come with the next delivery of the whole.
    """
    entered = connection.execute(
        """
        select distinct sha256, size_bytes, mode from ops.deliveries
        where status = 'loaded' and file_id = ? and source = ?
        """,
        [held.file_id, held.source],
    ).fetchall()
    states = rewritten(connection, held.file_id) or {(sha256, size) for sha256, size, _ in entered}
    sizes = {size for _, size in states}
    same = [
        each
        for each in landed
        if (size := Seen.of(each).size) in sizes and each.path.is_file() and (fingerprint(each.path), size) in states
    ]
    if not same:
        raise ThroughlineError("expected the file of that delivery in the landing folder; found none with its bytes.")
    best = max(same, key=lambda each: (each.source == held.source, each.name == held.name, each.name))
    if best.spec is None:
        raise ThroughlineError(best.refusal or "expected a mapping; found none.")
    if best.source != held.source:
        raise ThroughlineError(f"expected a mapping of the source {held.source!r}; found one of {best.source!r}.")
    if is_whole(best.spec) or any(mode in ledger.WHOLE for *_, mode in entered):
        raise AwaitsTheNext("the file holds all there is: its rows come back with the next one like it.")
    return replace(best, delivered_at=held.delivered_at)


def rewritten(connection: duckdb.DuckDBPyConnection, file_id: str) -> set[tuple[str, int]]:
    """Return (SHA-256, size) of the file as the last erasure left it, to whose lines the quarantine points."""
    rows = connection.execute(
        """
        select sha256, size_bytes from ops.rewritten_files where starts_with(original_sha256, ?)
        order by rowid desc limit 1
        """,
        [file_id],
    ).fetchall()
    return set(rows)


def replay_delivery(
    connection: duckdb.DuckDBPyConnection, held: Held, landed: LandedFile, batch: Batch, erasures: Erasures | None
) -> int:
    """Load the rows of one delivery that now conform, under its own provenance; return how many."""
    spec = landed.spec
    assert spec is not None  # landed_again() refuses files without one
    for entity in held.entities:
        if entity not in spec.entities:
            raise RefusedFile(f"a mapping that feeds {entity}", f"one of {', '.join(spec.entities)}")
    with spilling(connection) as spill:
        format = spec.dialect.format or format_of(landed.path) or "csv"
        staged = stage(connection, plain_path(landed.path, spill), format, spec.dialect, spill)
        load = Load(connection, landed, spec, staged, held.file_id, batch, held.entities, erasures)
        with transaction(connection):
            loaded = sum(replay_entity(load, ENTITIES[name], held) for name in held.entities)
            if loaded:
                outcome = Outcome(held.name, held.source, None, "loaded", loaded=loaded)
                ledger.add_to_batch(connection, batch, [outcome])
            return loaded


def replay_entity(load: Load, entity: Entity, held: Held) -> int:
    """Load what conforms now of the entity's held lines, and bring the ledger's digests along."""
    identity = (held.source, entity.name, held.file_id, held.delivered_at)
    where = {"raw": digests.where_raw(identity), "held": digests.where_held(identity)}
    with digests.followed(load.connection, entity=entity.name, **where):
        return replayed(load, entity, held)


def replayed(load: Load, entity: Entity, held: Held) -> int:
    """Load what conforms now of the entity's held lines; the ledger moves them from quarantined to loaded."""
    connection, identity = load.connection, [held.source, entity.name, held.file_id, held.delivered_at]
    lines = connection.execute(
        f"select distinct line from quarantine.rows where {IDENTITY} and {REPLAYABLE}", identity
    ).fetchall()
    records = records_at(load.staged.locate, count(connection, "staged"), [line for (line,) in lines])
    judge(load, entity, records)
    erase_held(load, records, identity)
    names = ", ".join(column.name for column in entity.columns)
    loaded = load.insert(entity, f"select {names} from judged where verdict = 'loaded'")
    mended = connection.execute(
        f"""
        update quarantine.rows set status = 'replayed'
        where {IDENTITY} and {REPLAYABLE} and line in (select at_line from judged where verdict <> 'duplicate')
        """,
        identity,
    ).fetchall()[0][0]
    key = ", ".join(entity.key)
    connection.execute(
        f"""
        update quarantine.rows set
            rule = 'duplicate key', column_name = ?, expected = 'one row a key', found = again.key_text,
            rule_version = {RULE_VERSION}
        from (select at_line, key_text from judged where verdict = 'duplicate') as again
        where {IDENTITY} and {REPLAYABLE} and line = again.at_line
        """,
        [key, *identity],
    )
    ledger.move_from_quarantine(connection, identity, loaded=loaded, unchanged=int(mended) - loaded)
    return loaded


def erase_held(load: Load, records: dict[int, int], identity: list[object]) -> None:
    """Take held lines out of the quarantine that, under today's mapping, are about an erased person."""
    erased = {
        record for (record,) in load.connection.sql(f"select record from apart where reason = {ERASED}").fetchall()
    }
    lines = [line for line, record in records.items() if record in erased]
    if lines:
        gone = load.connection.execute(
            f"delete from quarantine.rows where {IDENTITY} and {REPLAYABLE} and list_contains(?, line)",
            [*identity, lines],
        ).fetchall()[0][0]
        ledger.move_from_quarantine(load.connection, identity, erased=int(gone))


def judge(load: Load, entity: Entity, records: dict[int, int]) -> None:
    """Lay out the held records that conform now as the table ``judged``: line, values, and what becomes of each.

    The row of a key that is in ``raw`` from this file comes first, then the record that stands first; one with the
    same content is ``unchanged``, another a ``duplicate``.
    """
    connection = load.connection
    frame = pl.DataFrame(
        {"at_line": list(records), "record": list(records.values())}, schema_overrides={"at_line": pl.Int64}
    )
    connection.register("wanted", frame.to_arrow())
    conformed = load.conformed(entity)
    where = "record in (select record from wanted) and record not in (select record from apart)"
    names = ", ".join(column.name for column in entity.columns)
    keys = ", ".join(entity.key)
    connection.execute(
        f"""
        create or replace temp table judged as
        with conforming as (
            select wanted.at_line, named.*, row({names}) as content
            from ({named_rows(conformed, where)}) as named join wanted using (record)
        ),
        kept as (
            select {keys}, row({names}) as kept_content from raw.{entity.name}
            where _source = ? and _file_id = ? and _delivered_at = ? and not _is_deleted
        ),
        ranked as (
            select
                conforming.*,
                kept_content,
                row_number() over (partition by {keys} order by record) as place,
                first_value(content) over (partition by {keys} order by record) as first_content
            from conforming left join kept using ({keys})
        )
        select
            at_line, {names}, concat_ws(', ', {keys}) as key_text,
            case
                when kept_content is null and place = 1 then 'loaded'
                when content is not distinct from coalesce(kept_content, first_content) then 'unchanged'
                else 'duplicate'
            end as verdict
        from ranked
        """,
        [load.landed.source, load.sha256[:16], load.landed.delivered_at],
    )
    connection.unregister("wanted")
