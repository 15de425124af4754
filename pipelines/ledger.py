"""The ledger: which file was seen as which delivery, and what became of each of its rows."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from pipelines.errors import ThroughlineError, did_you_mean
from pipelines.landing import LandedFile
from pipelines.outcome import Outcome as Outcome
from pipelines.sql import literal


@dataclass(frozen=True)
class Batch:
    """One ingest run: its name and its moment, the only wall clock that a load knows."""

    batch_id: str
    moment: datetime


WHOLE = ("snapshot", "correction")
"""Modes of deliveries that take the place of the one before."""

LATEST_NS = 2**63 - 1
"""The last moment that the ledger can hold, in 2262; a file may claim a later one."""


@dataclass(frozen=True)
class Seen:
    """State of a landed file's bytes as the file system tells it."""

    size: int
    mtime_ns: int

    @classmethod
    def of(cls, landed: LandedFile) -> "Seen":
        """Look at the file; one that cannot be looked at is of no size and no time, so that it is tried again."""
        try:
            stat = landed.path.stat()
        except OSError:
            return UNSEEN
        return cls(stat.st_size, min(stat.st_mtime_ns, LATEST_NS))


UNSEEN = Seen(0, 0)


def known_files(connection: duckdb.DuckDBPyConnection) -> set[tuple[str, int, int, str]]:
    """Return (path, size, mtime, mapping) of every file that needs no second look; no mapping where it was loaded.

    One that was refused because it could not be looked at is tried again.
    """
    rows = connection.execute(
        """
        select distinct path, size_bytes, mtime_ns, unnest(
            case when status in ('loaded', 'repeated') then [mapping_id, ''] else [mapping_id] end
        ) from ops.deliveries where not (status = 'refused' and size_bytes = ? and mtime_ns = ?)
        """,
        [UNSEEN.size, UNSEEN.mtime_ns],
    ).fetchall()
    return {(path, size, mtime, mapping) for path, size, mtime, mapping in rows}


def is_known(known: set[tuple[str, int, int, str]], landed: LandedFile) -> bool:
    """Say whether the file was seen before with these bytes, by size and time, under this mapping.

    A file that is held back for a wrong mapping is known where it was loaded under any.
    """
    seen = Seen.of(landed)
    state = (landed.location, seen.size, seen.mtime_ns)
    return (*state, landed.mapping_id) in known or (landed.is_held and (*state, "") in known)


def is_loaded(known: set[tuple[str, int, int, str]], landed: LandedFile) -> bool:
    """Say whether a known file was loaded, not refused or dismissed."""
    seen = Seen.of(landed)
    return (landed.location, seen.size, seen.mtime_ns, "") in known


def is_delivered(connection: duckdb.DuckDBPyConnection, landed: LandedFile, entity: str, sha256: str) -> bool:
    """Say whether the same delivery was loaded: source, entity, bytes and, where declared, the delivery time.

    A file that an erasure rewrote is still the delivery that it was.
    """
    (count,) = connection.execute(
        """
        select count(*) from ops.deliveries
        where status = 'loaded' and source = ? and entity = ? and sha256 = ? and (not ? or delivered_at = ?)
        """,
        [landed.source, entity, as_delivered(connection, sha256), landed.is_declared, landed.delivered_at],
    ).fetchall()[0]
    return bool(count)


def as_delivered(connection: duckdb.DuckDBPyConnection, sha256: str) -> str:
    """Return the digest that a file had when it was delivered: its own, unless an erasure rewrote it."""
    found = connection.execute("select original_sha256 from ops.rewritten_files where sha256 = ?", [sha256]).fetchall()
    return str(found[0][0]) if found else sha256


def is_delivered_in_parts(connection: duckdb.DuckDBPyConnection, landed: LandedFile, entity: str, sha256: str) -> bool:
    """Say whether a snapshot or correction was loaded as changes or events of the same moment, from the same bytes."""
    if mode_of(landed) not in WHOLE:
        return False
    (count,) = connection.execute(
        """
        select count(*) from ops.deliveries
        where status = 'loaded' and source = ? and entity = ? and sha256 = ? and delivered_at = ?
            and not list_contains(?, mode)
        """,
        [landed.source, entity, as_delivered(connection, sha256), landed.delivered_at, WHOLE],
    ).fetchall()[0]
    return bool(count)


def other_whole(
    connection: duckdb.DuckDBPyConnection, landed: LandedFile, entity: str, sha256: str
) -> tuple[str, datetime] | None:
    """Return name and moment of another file that was loaded as the same snapshot, or as the same correction."""
    if mode_of(landed) not in WHOLE:
        return None
    found: tuple[str, datetime] | None = connection.execute(
        """
        select file_name, delivered_at
        from ops.snapshots join ops.deliveries using (source, entity, delivered_at, file_id)
        where status = 'loaded' and source = ? and entity = ? and scope = ? and delivered_at = ? and file_id <> ?
        """,
        [landed.source, entity, scope_of(landed), landed.delivered_at, as_delivered(connection, sha256)[:16]],
    ).fetchone()
    return found


def enter(
    connection: duckdb.DuckDBPyConnection,
    landed: LandedFile,
    seen: Seen,
    sha256: str,
    outcomes: Sequence[Outcome],
    batch: Batch,
) -> None:
    """Enter the outcomes of a file, and count them in the batch, in the transaction of its rows."""
    for outcome in outcomes:
        record(connection, landed, seen, sha256, outcome, batch)
    add_to_batch(connection, batch, outcomes)


def record(
    connection: duckdb.DuckDBPyConnection, landed: LandedFile, seen: Seen, sha256: str, outcome: Outcome, batch: Batch
) -> None:
    """Enter an outcome; an earlier refusal of the same path is replaced."""
    connection.execute("delete from ops.deliveries where path = ? and status = 'refused'", [landed.location])
    row = {
        "delivery_id": f"{landed.source}:{outcome.entity}:{landed.delivered_at:%Y%m%dT%H%M%S}:{sha256[:16]}",
        "source": outcome.source,
        "entity": outcome.entity,
        "file_name": landed.name,
        "path": landed.location,
        "file_id": sha256[:16],
        "sha256": sha256,
        "size_bytes": seen.size,
        "mtime_ns": seen.mtime_ns,
        "delivered_at": landed.delivered_at,
        "is_declared": landed.is_declared,
        "mode": mode_of(landed),
        "mapping_id": landed.mapping_id,
        "status": outcome.status,
        "reason": outcome.reason,
        "public_reason": outcome.public_reason,
        "rows_read": outcome.read,
        "rows_loaded": outcome.loaded,
        "rows_unchanged": outcome.unchanged,
        "rows_quarantined": outcome.quarantined,
        "rows_erased": outcome.erased,
        "batch_id": batch.batch_id,
        "loaded_at": batch.moment,
        "is_synthetic": landed.is_synthetic,
        "feed": landed.feed,
        "columns": json.dumps(outcome.columns) if outcome.columns else None,
    }
    places = ", ".join("?" * len(row))
    connection.execute(f"insert into ops.deliveries ({', '.join(row)}) values ({places})", list(row.values()))


def add_to_batch(connection: duckdb.DuckDBPyConnection, batch: Batch, outcomes: Sequence[Outcome]) -> None:
    """Count one file's outcomes in the batch; the first loaded file enters the batch."""
    loaded = [each for each in outcomes if each.status == "loaded"]
    if not loaded:
        return
    connection.execute(
        """
        insert into ops.batches by name
        select
            $1 as batch_id, $2 as started_at, 0 as files_loaded, 0 as files_refused, 0 as rows_loaded,
            0 as rows_quarantined, (select coalesce(max(number), 0) + 1 from ops.batches) as number
        where $1 not in (select batch_id from ops.batches)
        """,
        [batch.batch_id, batch.moment],
    )
    connection.execute(
        """
        update ops.batches set files_loaded = files_loaded + 1, rows_loaded = rows_loaded + $2,
            rows_quarantined = rows_quarantined + $3
        where batch_id = $1
        """,
        [batch.batch_id, sum(each.loaded for each in loaded), sum(each.quarantined for each in loaded)],
    )


def finish_batch(connection: duckdb.DuckDBPyConnection, batch: Batch, refused: int) -> None:
    """Close the batch, if any file entered it; one without ``finished_at`` was broken off."""
    connection.execute(
        "update ops.batches set finished_at = $2, files_refused = $3 where batch_id = $1",
        [batch.batch_id, batch.moment, refused],
    )


def mode_of(landed: LandedFile) -> str:
    """Return how the file is to be understood: changes, snapshot, events or correction."""
    if landed.spec is None:
        return "changes"
    return "correction" if landed.spec.correction else landed.spec.delivery


def scope_of(landed: LandedFile) -> str:
    """Return the name of the file that a correction takes the place of; nothing for what is of a whole source."""
    return landed.name if mode_of(landed) == "correction" else ""


def standing_refusals(connection: duckdb.DuckDBPyConnection, but_of: str = "") -> list[Outcome]:
    """Return the refusals that stand, so that a run with nothing new repeats them; those of a batch may be left out."""
    rows = connection.sql(f"""
        select file_name, source, entity, reason, public_reason from ops.deliveries
        where status = 'refused' and batch_id <> {literal(but_of)} order by file_name
    """).fetchall()
    return [
        Outcome(name, source, entity, "refused", reason=reason, public_reason=public_reason)
        for name, source, entity, reason, public_reason in rows
    ]


def forget_vanished_refusals(connection: duckdb.DuckDBPyConnection, files: Sequence[LandedFile]) -> None:
    """Drop refusals of files that were removed or are no longer read as they were.

    One outside the landing folder, which came with a mapping of its own, stands while the file does.
    """
    present = {(landed.location, landed.mapping_id) for landed in files}
    looked_at = {path for path, _ in present}
    rows = connection.sql("select distinct path, mapping_id from ops.deliveries where status = 'refused'").fetchall()
    for path, mapping in rows:
        is_elsewhere = path not in looked_at and Path(path).is_absolute() and Path(path).exists()
        if (path, mapping) not in present and not is_elsewhere:
            connection.execute(
                "delete from ops.deliveries where path = ? and mapping_id = ? and status = 'refused'", [path, mapping]
            )


def dismiss(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Mark a refused file as dismissed; raise where no refusal of that name stands."""
    refused = [
        row[0]
        for row in connection.sql("select distinct file_name from ops.deliveries where status = 'refused'").fetchall()
    ]
    if name not in refused:
        found = f"{name!r} ({did_you_mean(name, refused)})"
        raise ThroughlineError(f"expected a refused file; found {found}.", next_command="throughline status")
    connection.execute(
        "update ops.deliveries set status = 'dismissed' where status = 'refused' and file_name = ?", [name]
    )


def move_from_quarantine(
    connection: duckdb.DuckDBPyConnection,
    identity: list[object],
    *,
    loaded: int = 0,
    unchanged: int = 0,
    erased: int = 0,
) -> None:
    """Count quarantined rows otherwise; ``identity`` is source, entity, file id and delivery time."""
    connection.execute(
        """
        update ops.deliveries set
            rows_loaded = rows_loaded + $1, rows_unchanged = rows_unchanged + $2,
            rows_erased = rows_erased + $3, rows_quarantined = rows_quarantined - $1 - $2 - $3
        where status = 'loaded' and source = $4 and entity = $5 and file_id = $6 and delivered_at = $7
        """,
        [loaded, unchanged, erased, *identity],
    )
