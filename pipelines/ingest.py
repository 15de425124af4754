"""Ingest: every landed file becomes rows of ``raw`` or rows of ``quarantine``, in one transaction a file."""

import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from pipelines import ledger
from pipelines.contract import ENTITIES
from pipelines.errors import RefusedFile
from pipelines.inspection import fingerprint
from pipelines.landing import LandedFile, format_of, landed_files
from pipelines.ledger import Batch, Outcome, Seen
from pipelines.load import Load
from pipelines.readers import stage
from pipelines.warehouse import transaction


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
    if any(each.status == "loaded" for each in outcomes):
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
    with tempfile.TemporaryDirectory(prefix="throughline-") as spill, suppress(Unkept):
        try:
            load = staged_load(connection, landed, sha256, batch, Path(spill))
            with transaction(connection):
                outcomes = loaded_outcomes(load, landed)
                if Seen.of(landed) != seen:
                    raise RefusedFile("a file at rest", "one that changed while it was read", next_step="Run again.")
                for outcome in outcomes:
                    ledger.record(connection, landed, seen, sha256, outcome, batch)
                if not keep:
                    raise Unkept
        except RefusedFile as error:
            outcomes = [refusal(landed, str(error))]
            with transaction(connection):
                ledger.record(connection, landed, seen, sha256, outcomes[0], batch)
                if not keep:
                    raise Unkept from error
    return outcomes


class Unkept(Exception):
    """Ends the transaction of a load that was only to be counted."""


def refusal(landed: LandedFile, reason: str) -> Outcome:
    """Return the outcome of a file of which nothing can be loaded."""
    entity = "+".join(landed.spec.entities) if landed.spec else None
    return Outcome(landed.name, landed.source, entity, "refused", reason=reason)


def staged_load(
    connection: duckdb.DuckDBPyConnection, landed: LandedFile, sha256: str, batch: Batch, spill: Path
) -> Load | None:
    """Stage the file for the entities that were not delivered before; None where all of them were.

    Raises RefusedFile where it cannot be read. Runs outside a transaction: only then do row ids count from 0.
    """
    if landed.spec is None:
        raise RefusedFile("a file that can be read", landed.refusal or "none", next_step="")
    new = [name for name in landed.spec.entities if not ledger.is_delivered(connection, landed, name, sha256)]
    if not new:
        return None
    format = landed.spec.dialect.format or format_of(landed.path) or "csv"
    staged = stage(connection, landed.path, format, landed.spec.dialect, spill)
    return Load(connection, landed, landed.spec, staged, sha256, batch, tuple(new))


def loaded_outcomes(load: Load | None, landed: LandedFile) -> list[Outcome]:
    """Load every new entity of a staged file; a file without any is a repeat."""
    if load is None:
        return [Outcome(landed.name, landed.source, "+".join(landed.spec.entities if landed.spec else ()), "repeated")]
    return [load.entity(ENTITIES[name]) for name in load.entities]


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
    return [outcome for landed in files for outcome in ingest_file(connection, landed, batch, keep=False)]
