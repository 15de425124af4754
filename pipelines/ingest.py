"""Ingest: every landed file becomes rows of ``raw`` or rows of ``quarantine``, in one transaction a file."""

import logging
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl

from pipelines import ledger, snapshots
from pipelines.conform import DUPLICATE, RULE_VERSION, Conformed, conform, reader_timestamps
from pipelines.contract import ENTITIES, PROVENANCE, Entity
from pipelines.errors import RefusedFile
from pipelines.inspection import fingerprint
from pipelines.landing import LandedFile, format_of, landed_files
from pipelines.ledger import Batch, Outcome, Seen
from pipelines.mapping import FileSpec, resolved_entity
from pipelines.readers import Rejected, Staged, count, stage

log = logging.getLogger(__name__)

MOST_QUARANTINED = 1_000_000
"""More rows than this that do not conform in one file are a wrong mapping, not dirty data."""


@dataclass(frozen=True)
class IngestReport:
    """What an ingest run did: outcomes of new files, and refusals that stand from earlier runs."""

    outcomes: tuple[Outcome, ...]
    standing: tuple[Outcome, ...]
    as_of: datetime | None

    @property
    def refused(self) -> tuple[Outcome, ...]:
        """Files of which nothing was loaded, new and standing."""
        return tuple(each for each in self.outcomes if each.status == "refused") + self.standing

    @property
    def is_new(self) -> bool:
        """True where any row was loaded or quarantined."""
        return any(each.status == "loaded" for each in self.outcomes)


def ingest(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    batch: Batch,
    *,
    mappings: Sequence[Path] = (),
    as_of: datetime | None = None,
    on_outcome: Callable[[Outcome], None] = lambda outcome: None,
) -> IngestReport:
    """Load every new file below ``folder`` and of ``mappings`` into an open, prepared warehouse.

    A file that cannot be read is refused and the others are loaded. The order is that of delivery.
    """
    files = landed_files(folder, tuple(path.resolve() for path in mappings))
    present = {str(landed.path) for landed in files}
    known = ledger.known_files(connection)
    ledger.forget_vanished_refusals(connection, present)
    outcomes: list[Outcome] = []
    for landed in (each for each in files if not ledger.is_known(known, each)):
        for outcome in ingest_file(connection, landed, batch):
            outcomes.append(outcome)
            on_outcome(outcome)
    if outcomes:
        enter_batch(connection, batch, outcomes)
    told = {each.name for each in outcomes}
    standing = [each for each in ledger.standing_refusals(connection, present) if each.name not in told]
    return IngestReport(tuple(outcomes), tuple(standing), ledger.set_as_of(connection, as_of))


def ingest_file(
    connection: duckdb.DuckDBPyConnection, landed: LandedFile, batch: Batch, *, keep: bool = True
) -> list[Outcome]:
    """Load one file, all of its entities or none; with ``keep`` false everything is rolled back after the count."""
    seen = Seen.of(landed)
    sha256 = fingerprint(landed.path)
    connection.execute("begin")
    try:
        outcomes = loaded_outcomes(connection, landed, sha256, batch)
        if Seen.of(landed) != seen:
            raise RefusedFile("a file at rest", "one that changed while it was read", next_step="Run again.")
    except RefusedFile as error:
        connection.execute("rollback")
        connection.execute("begin")
        outcomes = [refusal(landed, str(error))]
    except BaseException:
        connection.execute("rollback")
        raise
    for outcome in outcomes:
        ledger.record(connection, landed, seen, sha256, outcome, batch)
    connection.execute("commit" if keep else "rollback")
    return outcomes


def refusal(landed: LandedFile, reason: str) -> Outcome:
    """Return the outcome of a file of which nothing can be loaded."""
    entity = "+".join(landed.spec.entities) if landed.spec else None
    return Outcome(landed.name, landed.source, entity, "refused", reason=reason)


def loaded_outcomes(
    connection: duckdb.DuckDBPyConnection, landed: LandedFile, sha256: str, batch: Batch
) -> list[Outcome]:
    """Stage the file and load each entity that it feeds; raise RefusedFile where it cannot be."""
    if landed.spec is None:
        raise RefusedFile("a file that can be read", landed.refusal or "none", next_step="")
    entities = [name for name in landed.spec.entities if not ledger.is_delivered(connection, landed, name, sha256)]
    if not entities:
        return [Outcome(landed.name, landed.source, "+".join(landed.spec.entities), "repeated")]
    with tempfile.TemporaryDirectory(prefix="throughline-") as spill:
        format = landed.spec.dialect.format or format_of(landed.path) or "csv"
        timestamps = reader_timestamps(landed.spec, entities)
        staged = stage(connection, landed.path, format, landed.spec.dialect, Path(spill), timestamps)
        load = Load(connection, landed, landed.spec, staged, sha256, batch)
        return [load.entity(ENTITIES[name]) for name in entities]


@dataclass(frozen=True)
class Load:
    """The load of one staged file."""

    connection: duckdb.DuckDBPyConnection
    landed: LandedFile
    spec: FileSpec
    staged: Staged
    sha256: str
    batch: Batch

    def entity(self, entity: Entity) -> Outcome:
        """Load the entity's rows, quarantine what does not conform, and account for every record."""
        conformed = conform(
            entity,
            resolved_entity(entity.name, self.spec),
            self.staged,
            self.spec.dialect,
            self.spec.event_log,
            self.landed.delivered_at,
        )
        self._set_apart(conformed)
        repeats = set_duplicates_apart(self.connection, conformed)
        rejected = [*self.staged.rejected, *self._failing(conformed)]
        self._quarantine(entity, rejected)
        loaded, unchanged = self._write(conformed)
        rules: dict[str, int] = {}
        for each in rejected:
            rules[each.rule] = rules.get(each.rule, 0) + 1
        return Outcome(
            self.landed.name,
            self.landed.source,
            entity.name,
            "loaded",
            read=self.staged.read,
            loaded=loaded,
            unchanged=unchanged + repeats,
            quarantined=len(rejected),
            rules=rules,
            unused=conformed.unused,
        )

    def _set_apart(self, conformed: Conformed) -> None:
        self.connection.execute(f"create or replace temp table apart as {conformed.failing}")
        failing = count(self.connection, "apart")
        if failing > MOST_QUARANTINED:
            first = self._failing(conformed, limit=1)[0]
            raise RefusedFile(
                first.expected,
                f"{failing:,} rows that do not conform, the first with {first.found!r}",
                line=first.line,
                column=first.column,
                next_step="Look at the mapping of this file.",
            )

    def _failing(self, conformed: Conformed, limit: int = MOST_QUARANTINED) -> list[Rejected]:
        rows = self.connection.sql(f"{conformed.found} order by record limit {limit}").fetchall()
        places = self.staged.locate(record for record, *_ in rows) if rows else {}
        rejected = []
        for record, reason, found in rows:
            line, text = places[record]
            if reason == DUPLICATE:
                key = ", ".join(conformed.entity.key)
                rejected.append(Rejected(line, key, "duplicate key", "one row a key", found, text))
            else:
                check = conformed.checks[reason]
                rejected.append(Rejected(line, check.column, check.rule, check.expected, found, text))
        return rejected

    def _quarantine(self, entity: Entity, rejected: list[Rejected]) -> None:
        if not rejected:
            return
        frame = pl.DataFrame(
            {
                "line": pl.Series([each.line for each in rejected], dtype=pl.Int64),
                "column_name": pl.Series([each.column for each in rejected], dtype=pl.String),
                "rule": [each.rule for each in rejected],
                "expected": [each.expected for each in rejected],
                "found": pl.Series([each.found for each in rejected], dtype=pl.String),
                "raw_text": pl.Series([each.text for each in rejected], dtype=pl.String),
            }
        )
        self.connection.register("rejected", frame.to_arrow())
        self.connection.execute(
            f"""
            insert into quarantine.rows
            select ?, ?, ?, ?, line, column_name, rule, expected, found, raw_text, ?, ?, ?, {RULE_VERSION}, 'open'
            from rejected
            """,
            [
                self.landed.source,
                entity.name,
                self.sha256[:16],
                self.landed.name,
                self.landed.delivered_at,
                self.batch.batch_id,
                self.batch.moment,
            ],
        )
        self.connection.unregister("rejected")

    def _write(self, conformed: Conformed) -> tuple[int, int]:
        entity = conformed.entity
        kept = "true" if not count(self.connection, "apart") else "staged.rowid not in (select record from apart)"
        typed = [f"t_{column.name}" for column in entity.columns]
        named = ", ".join(f"t_{column.name} as {column.name}" for column in entity.columns)
        rows = f"select {named} from ({conformed.rows(typed, kept)})"
        delivery = snapshots.Delivery(
            self.landed.source,
            entity,
            self.landed.name if self.spec.correction else "",
            self.landed.delivered_at,
            self.sha256[:16],
        )
        if self.spec.correction or self.spec.delivery == "snapshot":
            return snapshots.apply(self.connection, delivery, rows, self.batch)
        columns = ", ".join(column.name for column in (*entity.columns, *PROVENANCE))
        result = self.connection.execute(
            f"insert into raw.{entity.name} ({columns}) select *, ?, ?, ?, ?, ?, false from ({rows})",
            [delivery.source, delivery.file_id, delivery.delivered_at, self.batch.batch_id, self.batch.moment],
        )
        return int(result.fetchall()[0][0]), 0


def set_duplicates_apart(connection: duckdb.DuckDBPyConnection, conformed: Conformed) -> int:
    """Add later rows of a key to ``apart``: repeats with no reason, others as ``duplicate key``; return the repeats.

    The first conforming row of a key is kept.
    """
    entity = conformed.entity
    key = ", ".join(f"t_{name}" for name in entity.key)
    kept = "staged.rowid not in (select record from apart)"
    keys = conformed.rows([f"t_{name}" for name in entity.key], kept if count(connection, "apart") else "true")
    connection.execute(f"""
        create or replace temp table repeated_keys as
        select hash({key}) as digest from ({keys}) group by digest having count(*) > 1
    """)
    if not count(connection, "repeated_keys"):
        return 0
    typed = [f"t_{column.name}" for column in entity.columns]
    connection.execute(f"""
        insert into apart
        select record, case when content is distinct from first_content then {DUPLICATE} end
        from (
            select
                record,
                row({", ".join(typed)}) as content,
                first_value(row({", ".join(typed)})) over (partition by {key} order by record) as first_content,
                row_number() over (partition by {key} order by record) as place
            from ({conformed.rows(typed, kept)})
            where hash({key}) in (select digest from repeated_keys)
        )
        where place > 1
    """)
    (repeats,) = connection.sql("select count(*) from apart where reason is null").fetchall()[0]
    return int(repeats)


def enter_batch(connection: duckdb.DuckDBPyConnection, batch: Batch, outcomes: Sequence[Outcome]) -> None:
    """Enter the batch with its sums."""
    connection.execute(
        "insert into ops.batches values (?, ?, ?, ?, ?, ?, ?)",
        [
            batch.batch_id,
            batch.moment,
            batch.moment,
            len({each.name for each in outcomes if each.status == "loaded"}),
            len({each.name for each in outcomes if each.status == "refused"}),
            sum(each.loaded for each in outcomes),
            sum(each.quarantined for each in outcomes),
        ],
    )


def check_mapping(connection: duckdb.DuckDBPyConnection, mapping: Path, batch: Batch) -> list[Outcome]:
    """Return what the mapping's files would become, loading nothing."""
    files = landed_files(mapping.parent / ".none", (mapping.resolve(),))
    outcomes = [outcome for landed in files for outcome in ingest_file(connection, landed, batch, keep=False)]
    return [replace(outcome) for outcome in outcomes]
