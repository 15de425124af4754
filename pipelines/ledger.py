"""The ledger: which file was seen as which delivery, and what became of each of its rows."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import duckdb

from pipelines.contract import ENTITIES
from pipelines.errors import ThroughlineError, did_you_mean
from pipelines.landing import LandedFile

Status = Literal["loaded", "refused", "repeated", "dismissed"]


@dataclass(frozen=True)
class Outcome:
    """What became of one file for one entity: ``read = loaded + unchanged + quarantined``, or a refusal's reason."""

    name: str
    source: str
    entity: str | None
    status: Status
    read: int = 0
    loaded: int = 0
    unchanged: int = 0
    quarantined: int = 0
    reason: str | None = None
    rules: dict[str, int] = field(default_factory=dict)
    unused: tuple[str, ...] = ()


@dataclass(frozen=True)
class Batch:
    """One ingest run: its name and its moment, the only wall clock that a load knows."""

    batch_id: str
    moment: datetime


@dataclass(frozen=True)
class Seen:
    """State of a landed file's bytes as the file system tells it."""

    size: int
    mtime_ns: int

    @classmethod
    def of(cls, landed: LandedFile) -> "Seen":
        """Look at the file."""
        stat = landed.path.stat()
        return cls(stat.st_size, stat.st_mtime_ns)


def known_files(connection: duckdb.DuckDBPyConnection) -> set[tuple[str, int, int, str]]:
    """Return (path, size, mtime, mapping) of every file that needs no second look."""
    rows = connection.sql("select distinct path, size_bytes, mtime_ns, mapping_id from ops.deliveries").fetchall()
    return {(path, size, mtime, mapping) for path, size, mtime, mapping in rows}


def is_known(known: set[tuple[str, int, int, str]], landed: LandedFile) -> bool:
    """Say whether the file was seen before with these bytes, by size and time, under this mapping."""
    seen = Seen.of(landed)
    return (str(landed.path), seen.size, seen.mtime_ns, landed.mapping_id) in known


def is_delivered(connection: duckdb.DuckDBPyConnection, landed: LandedFile, entity: str, sha256: str) -> bool:
    """Say whether the same delivery was loaded: source, entity, bytes and, where declared, the delivery time."""
    (count,) = connection.execute(
        """
        select count(*) from ops.deliveries
        where status = 'loaded' and source = ? and entity = ? and sha256 = ? and (not ? or delivered_at = ?)
        """,
        [landed.source, entity, sha256, landed.is_declared, landed.delivered_at],
    ).fetchall()[0]
    return bool(count)


def record(
    connection: duckdb.DuckDBPyConnection, landed: LandedFile, seen: Seen, sha256: str, outcome: Outcome, batch: Batch
) -> None:
    """Enter an outcome; an earlier refusal of the same path is replaced."""
    connection.execute("delete from ops.deliveries where path = ? and status = 'refused'", [str(landed.path)])
    connection.execute(
        f"insert into ops.deliveries values ({', '.join('?' * 22)})",
        [
            f"{landed.source}:{outcome.entity}:{landed.delivered_at:%Y%m%dT%H%M%S}:{sha256[:16]}",
            outcome.source,
            outcome.entity,
            landed.name,
            str(landed.path),
            sha256[:16],
            sha256,
            seen.size,
            seen.mtime_ns,
            landed.delivered_at,
            landed.is_declared,
            mode_of(landed),
            landed.mapping_id,
            outcome.status,
            outcome.reason,
            outcome.read,
            outcome.loaded,
            outcome.unchanged,
            outcome.quarantined,
            batch.batch_id,
            batch.moment,
            landed.is_synthetic,
        ],
    )


def mode_of(landed: LandedFile) -> str:
    """Return how the file is to be understood: changes, snapshot, events or correction."""
    if landed.spec is None:
        return "changes"
    return "correction" if landed.spec.correction else landed.spec.delivery


def standing_refusals(connection: duckdb.DuckDBPyConnection, present: set[str]) -> list[Outcome]:
    """Return the refusals of files that still lie there, so that a run with nothing new repeats them."""
    rows = connection.sql("""
        select path, file_name, source, entity, reason from ops.deliveries where status = 'refused' order by file_name
    """).fetchall()
    return [
        Outcome(name, source, entity, "refused", reason=reason)
        for path, name, source, entity, reason in rows
        if path in present
    ]


def forget_vanished_refusals(connection: duckdb.DuckDBPyConnection, present: set[str]) -> None:
    """Drop refusals of files that were removed."""
    rows = connection.sql("select distinct path from ops.deliveries where status = 'refused'").fetchall()
    for (path,) in rows:
        if path not in present:
            connection.execute("delete from ops.deliveries where path = ? and status = 'refused'", [path])


def set_as_of(connection: duckdb.DuckDBPyConnection, as_of: datetime | None = None) -> datetime | None:
    """Set the moment up to which the data are seen: the one given, or the latest delivery of a platform entity."""
    platform = [entity.name for entity in ENTITIES.values() if entity.group == "platform"]
    (latest,) = connection.execute(
        """
        select coalesce(max(delivered_at) filter (where list_contains(?, entity)), max(delivered_at))
        from ops.deliveries where status = 'loaded'
        """,
        [platform],
    ).fetchall()[0]
    moment: datetime | None = as_of or latest
    if moment is not None:
        connection.execute("delete from ops.as_of")
        connection.execute("insert into ops.as_of values (?)", [moment])
    return moment


def dismiss(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Mark a refused file as dismissed; raise where no refusal of that name stands."""
    refused = [
        row[0]
        for row in connection.sql("select distinct file_name from ops.deliveries where status = 'refused'").fetchall()
    ]
    if name not in refused:
        raise ThroughlineError(f"expected a refused file; found {name!r} ({did_you_mean(name, refused)}).")
    connection.execute(
        "update ops.deliveries set status = 'dismissed' where status = 'refused' and file_name = ?", [name]
    )


def move_from_quarantine(
    connection: duckdb.DuckDBPyConnection, identity: list[object], *, loaded: int, unchanged: int
) -> None:
    """Count replayed rows as loaded or unchanged; ``identity`` is source, entity, file id and delivery time."""
    connection.execute(
        """
        update ops.deliveries set
            rows_loaded = rows_loaded + $1, rows_unchanged = rows_unchanged + $2,
            rows_quarantined = rows_quarantined - $1 - $2
        where status = 'loaded' and source = $3 and entity = $4 and file_id = $5 and delivered_at = $6
        """,
        [loaded, unchanged, *identity],
    )
