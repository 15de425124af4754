"""Ingest: every landed file becomes rows of ``raw`` or rows of ``quarantine``, in one transaction a file."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import duckdb

from pipelines import builds, digests, ledger, snapshots
from pipelines.contract import ENTITIES
from pipelines.erasing.filtering import Erasures, Keys, no_keys, standing_erasures
from pipelines.errors import RefusedFile
from pipelines.faults import ending_the_run, refusing
from pipelines.inspection import fingerprint
from pipelines.journal import reached
from pipelines.landing import LandedFile, format_of, landed_files
from pipelines.ledger import Batch, Outcome, Seen
from pipelines.load import Load, is_whole
from pipelines.readers import stage
from pipelines.warehouse import PATTERN, spilling, transaction


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
    keys: Keys = no_keys,
    on_outcome: Callable[[Outcome], None] = lambda outcome: None,
) -> IngestReport:
    """Load every new file below ``folder`` and of ``mappings`` into an open, prepared warehouse.

    A file that cannot be read is refused and the others are loaded. The order is that of delivery. ``keys`` returns
    the pseudonym keys by version; it is asked only where a person was erased.
    """
    files = landed_files(folder, tuple(path.resolve() for path in mappings))
    reached("ingest.begun", files=len(files), batch=batch.batch_id)
    digests.renew(connection)
    known = ledger.known_files(connection)
    ledger.forget_vanished_refusals(connection, files)
    outcomes: list[Outcome] = []
    for landed in (each for each in files if not ledger.is_known(known, each)):
        done = ingest_file(connection, landed, batch, erasures=standing_erasures(connection, keys))
        for outcome in done:
            outcomes.append(outcome)
            on_outcome(outcome)
        reached("ingest.committed", file=landed.name, **counted(landed, done))
    ledger.finish_batch(connection, batch, sum(each.status == "refused" for each in outcomes))
    reached("ingest.finished", files=len({each.name for each in outcomes}))
    refusals = ledger.standing_refusals(connection, but_of=batch.batch_id)
    return IngestReport(tuple(outcomes), tuple(refusals), builds.set_as_of(connection, as_of))


def ingest_file(
    connection: duckdb.DuckDBPyConnection,
    landed: LandedFile,
    batch: Batch,
    *,
    keep: bool = True,
    erasures: Erasures | None = None,
) -> list[Outcome]:
    """Load one file, all of its entities or none; with ``keep`` false everything is rolled back after the count.

    What goes wrong while the file is read refuses it; what goes wrong with the warehouse raises WarehouseFailed.
    """
    with ending_the_run(landed.name), spilling(connection) as spill:
        return loaded_or_refused(connection, landed, batch, spill, keep=keep, erasures=erasures)


def counted(landed: LandedFile, outcomes: Sequence[Outcome]) -> dict[str, object]:
    """Return what became of a file in numbers, and why it was refused in words that quote nothing of it."""
    return {
        "source": landed.source,
        "status": outcomes[0].status,
        "reason": outcomes[0].public_reason,
        "bytes": Seen.of(landed).size,
        "rows_read": sum(each.read for each in outcomes),
        "rows_loaded": sum(each.loaded for each in outcomes),
        "rows_unchanged": sum(each.unchanged for each in outcomes),
        "rows_quarantined": sum(each.quarantined for each in outcomes),
        "rows_erased": sum(each.erased for each in outcomes),
    }


def loaded_or_refused(
    connection: duckdb.DuckDBPyConnection,
    landed: LandedFile,
    batch: Batch,
    spill: Path,
    *,
    keep: bool,
    erasures: Erasures | None,
) -> list[Outcome]:
    """Commit the file's rows with their entries in ledger and batch, or its refusal alone."""
    seen, sha256 = Seen.of(landed), ""
    try:
        with refusing():
            sha256 = fingerprint(landed.path) if landed.spec else ""
            load = staged_load(connection, landed, sha256, batch, spill, erasures)
            reached("ingest.staged", file=landed.name)
        with committed(connection, keep=keep):
            with refusing(reads_files=False):
                outcomes = loaded_outcomes(load, landed)
                adopt_whole(connection, landed, sha256, batch)
            if Seen.of(landed) != seen:
                seen = ledger.UNSEEN
                raise RefusedFile("a file at rest", "one that changed while it was read", next_step="Run again.")
            ledger.enter(connection, landed, seen, sha256, outcomes, batch)
            record_digests(connection, landed, sha256, outcomes)
            reached("ingest.loaded", file=landed.name)
    except RefusedFile as error:
        seen = ledger.UNSEEN if is_of_the_system(error.__cause__) else seen
        outcomes = [refusal(landed, error)]
        with committed(connection, keep=keep):
            ledger.enter(connection, landed, seen, sha256, outcomes, batch)
    return outcomes


def record_digests(
    connection: duckdb.DuckDBPyConnection, landed: LandedFile, sha256: str, outcomes: Sequence[Outcome]
) -> None:
    """Keep in the ledger what the file's rows amount to; a snapshot may leave retractions alone."""
    for each in outcomes:
        if each.status == "loaded" and each.entity is not None:
            digests.record(
                connection,
                (landed.source, each.entity, sha256[:16], landed.delivered_at),
                is_raw=each.loaded > 0 or (landed.spec is not None and is_whole(landed.spec)),
                is_held=each.quarantined > 0,
            )


class Unkept(Exception):
    """Ends the transaction of a load that was only to be counted."""


@contextmanager
def committed(connection: duckdb.DuckDBPyConnection, *, keep: bool) -> Iterator[None]:
    """Commit what the block does, or with ``keep`` false roll it back once it is done."""
    with suppress(Unkept), transaction(connection):
        yield
        if not keep:
            raise Unkept


def refusal(landed: LandedFile, error: RefusedFile) -> Outcome:
    """Return the outcome of a file of which nothing can be loaded."""
    entity = "+".join(landed.spec.entities) if landed.spec else None
    reason, public = landed.refusal or str(error), landed.refusal or error.public
    return Outcome(landed.name, landed.source, entity, "refused", reason=reason, public_reason=public)


def repeat(landed: LandedFile) -> Outcome:
    """Return the outcome of a file that is a delivery once more."""
    return Outcome(landed.name, landed.source, "+".join(landed.spec.entities if landed.spec else ()), "repeated")


def staged_load(
    connection: duckdb.DuckDBPyConnection,
    landed: LandedFile,
    sha256: str,
    batch: Batch,
    spill: Path,
    erasures: Erasures | None = None,
) -> Load | None:
    """Stage the file for the entities that were not delivered before; None where all of them were.

    Raises RefusedFile where it cannot be read. Runs outside a transaction: only then do row ids count from 0.
    """
    if landed.spec is None:
        raise RefusedFile("a file that can be read", landed.refusal or "none", next_step="")
    for name in landed.spec.entities:
        refuse_second_whole(connection, landed, name, sha256)
    new = [name for name in landed.spec.entities if not ledger.is_delivered(connection, landed, name, sha256)]
    if not new:
        return None
    format = landed.spec.dialect.format or format_of(landed.path) or "csv"
    staged = stage(connection, plain_path(landed.path, spill), format, landed.spec.dialect, spill)
    return Load(connection, landed, landed.spec, staged, sha256, batch, tuple(new), erasures)


def refuse_second_whole(connection: duckdb.DuckDBPyConnection, landed: LandedFile, entity: str, sha256: str) -> None:
    """Refuse a snapshot or correction where another one of the same moment was loaded: neither follows the other.

    So is one whose bytes were loaded as changes of that moment: what it no longer holds would stay.
    """
    other = ledger.other_whole(connection, landed, entity, sha256)
    if other is not None:
        name, moment = other
        raise RefusedFile(
            "one file for a snapshot (or a later delivered_at for a correction)",
            f"a second at {moment:%Y-%m-%dT%H:%M:%SZ}, beside {name}, for {entity}",
            next_step="Deliver it whole in one file, or under a later delivered_at.",
        )
    if ledger.is_delivered_in_parts(connection, landed, entity, sha256):
        raise RefusedFile(
            "bytes that no file of that moment brought as changes or events",
            f"bytes that were loaded so at {landed.delivered_at:%Y-%m-%dT%H:%M:%SZ}, for {entity}",
            next_step="Deliver them whole under a later delivered_at.",
        )


def plain_path(path: Path, spill: Path) -> Path:
    """Return a path that no reader takes for a pattern, with its ending in lower case: the file's own, or a link."""
    endings = "".join(path.suffixes[-2:] if path.suffix.lower() == ".gz" else path.suffixes[-1:])
    if not PATTERN & set(str(path)) and endings == endings.lower():
        return path
    plain = spill / f"landed{''.join(letter for letter in endings.lower() if letter not in PATTERN)}"
    plain.symlink_to(path.resolve())
    return plain


def loaded_outcomes(load: Load | None, landed: LandedFile) -> list[Outcome]:
    """Load every new entity of a staged file; a file without any is a repeat."""
    if load is None:
        return [repeat(landed)]
    return with_shared_columns([load.entity(ENTITIES[name]) for name in load.entities])


def with_shared_columns(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Return the outcomes of one file, each with the columns that feed it; what feeds none of them is the first's."""
    shared = set.intersection(*(set(each.unused) for each in outcomes)) if outcomes else set()
    return [
        replace(each, columns={name: to for name, to in each.columns.items() if to or (name in shared and not place)})
        for place, each in enumerate(outcomes)
    ]


def is_of_the_system(error: BaseException | None) -> bool:
    """Say whether the file could not be looked at, and may be another time; what it holds has no error number."""
    return isinstance(error, OSError) and error.errno is not None


def adopt_whole(connection: duckdb.DuckDBPyConnection, landed: LandedFile, sha256: str, batch: Batch) -> None:
    """Let a snapshot or correction replace what it is of, where its bytes came as a whole of something else."""
    if landed.spec is None or not is_whole(landed.spec):
        return
    file_id, scope = ledger.as_delivered(connection, sha256)[:16], ledger.scope_of(landed)
    for name in landed.spec.entities:
        delivery = snapshots.Delivery(landed.source, ENTITIES[name], scope, landed.delivered_at, file_id)
        if snapshots.adopt(connection, delivery, batch):
            ledger.add_to_batch(connection, batch, [Outcome(landed.name, landed.source, name, "loaded")])


def check(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    mappings: Sequence[Path],
    batch: Batch,
    keys: Keys = no_keys,
) -> list[Outcome]:
    """Return what the files of the mappings, or without any those of the landing folder, would become; load nothing.

    A file that needs no second look is a repeat, or is refused as before; dismissed ones are left out.
    """
    files = landed_files(folder, tuple(path.resolve() for path in mappings), mapped_only=bool(mappings))
    known = ledger.known_files(connection)
    standing = {each.name: each for each in ledger.standing_refusals(connection)}
    outcomes: list[Outcome] = []
    for landed in files:
        if not ledger.is_known(known, landed):
            erasures = standing_erasures(connection, keys)
            outcomes += ingest_file(connection, landed, batch, keep=False, erasures=erasures)
        elif landed.name in standing:
            outcomes.append(standing[landed.name])
        elif ledger.is_loaded(known, landed):
            outcomes.append(repeat(landed))
    return outcomes
