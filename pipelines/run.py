"""The steps of a run, each on a closed warehouse, and the run that takes them in order.

Heavy rooms (Great Expectations, dbt) are imported inside the step that needs them, so that a run with nothing new is
fast.
"""

import secrets
import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import builds, generations
from pipelines.drift.auditing import in_deliveries
from pipelines.drift.auditing import status_lines as drift_lines
from pipelines.erasing.debts import PUBLISH
from pipelines.erasing.forgetting import drop_earlier, refuse_unfinished, settle, steps_owed
from pipelines.errors import MappingError, PublishRefused, ThroughlineError
from pipelines.ingest import IngestReport, check
from pipelines.ingest import ingest as ingest_files
from pipelines.journal import reached
from pipelines.journal_file import Command, journaled
from pipelines.landing import landed_files
from pipelines.ledger import Batch, Outcome
from pipelines.leftovers import clear
from pipelines.lock import writer_lock
from pipelines.opening import opened, reading
from pipelines.progress import Steps, console, errors, say_next, say_refusal, say_unused
from pipelines.publish import Made, code_id
from pipelines.publish import publish as publish_generation
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.transform import BuildResult


SHOWN = 10
"""So many refused files are named once more at the end of a run."""


def now() -> datetime:
    """Return the moment in UTC, to the second, without an offset."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


@contextmanager
def writing(settings: Settings) -> Iterator[Command]:
    """Be the only writer while the block runs, once what a broken run left is cleared; keep the journal of it."""
    with (
        journaled(settings.journal_dir, new_batch().batch_id) as command,
        writer_lock(settings.warehouse_dir / "writer.lock", now()),
    ):
        clear(settings)
        yield command


@contextmanager
def looking(settings: Settings) -> Iterator[Command]:
    """Keep writers out while the block looks at all there is; nothing is cleared, and the journal tells of it."""
    with (
        journaled(settings.journal_dir, new_batch().batch_id) as command,
        writer_lock(settings.warehouse_dir / "writer.lock", now()),
    ):
        yield command


def new_batch() -> Batch:
    """Return a batch named after the moment and this process."""
    moment = now()
    return Batch(f"{moment:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}", moment)


def refuse_foreign_landing(settings: Settings) -> None:
    """Raise where the landing folder holds files that are not synthetic: a sample never mixes with real data."""
    foreign = [each for each in landed_files(settings.landing_dir) if not each.is_synthetic]
    if foreign:
        raise ThroughlineError(
            f"{settings.landing_dir}: expected an empty folder or an earlier sample; found {foreign[0].name}. "
            "Set THROUGHLINE_DATA to another folder."
        )


def ingested(settings: Settings, mappings: Sequence[Path], as_of: datetime | None, steps: Steps) -> IngestReport:
    """Ingest into the warehouse and close it."""
    with steps.step("ingest"), opened(settings) as connection:
        report = ingest_files(
            connection,
            settings.landing_dir,
            new_batch(),
            mappings=mappings,
            as_of=as_of,
            keys=settings.pseudonym_keys,
            on_outcome=steps.outcome,
        )
    settle(settings, now())
    say_unused(report.outcomes)
    return report


def finish(report: IngestReport) -> int:
    """Repeat refusals that stand, say how many rows are held, and return the exit code: 1 where any file is refused."""
    for outcome in report.standing:
        say_refusal(outcome)
    quarantined = sum(each.quarantined for each in report.outcomes)
    if quarantined:
        console.print(f"{quarantined:,} rows in quarantine: see `throughline quarantine list`.")
    return 1 if report.refused else 0


def say_refused(report: IngestReport) -> None:
    """Say last, where any file is refused, which they are and what to type once they are mended."""
    if report.refused:
        names = sorted({each.name for each in report.refused})
        shown = ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else "")
        errors.print(
            f"{len(names):,} files refused, nothing of them is loaded: {shown}. Mend, replace, remove or "
            "`throughline dismiss` them.",
            markup=False,
        )
        say_next(MappingError.next_command)


def checked(settings: Settings, mappings: Sequence[Path]) -> list[Outcome]:
    """Return what the files of the mappings, or all that landed, would become, loading nothing."""
    with opened(settings) as connection:
        return check(connection, settings.landing_dir, mappings, new_batch(), settings.pseudonym_keys)


def validated(settings: Settings, steps: Steps) -> None:
    """Validate the last batch; raise PublishRefused on a critical failure."""
    from pipelines.validate import validate as validate_raw

    with steps.step("validate"):
        report = validate_raw(settings, last_batch(settings))
        reached("validate.finished", warnings=len(report.warnings))
    if report.warnings:
        console.print(f"{len(report.warnings)} warnings, recorded: see `throughline status` or the page Data health.")
    if report.critical_failures:
        drifted = [each.sentence for each in in_deliveries(settings)]
        raise PublishRefused(
            "\n".join([*drifted, *(each.sentence for each in report.critical_failures)]),
            next_command=f"throughline failures {shlex.quote(report.critical_failures[0].name)}",
        )


def is_valid(settings: Settings) -> bool:
    """Say whether the last batch was validated, and no critical check failed."""
    batch = last_batch(settings)
    with reading(settings) as connection:
        ((verdict,),) = connection.execute(
            "select bool_and(is_success or severity <> 'critical') from ops.validation_results "
            "where batch_id = ? and border = 'in'",
            [batch],
        ).fetchall()
    return bool(verdict)


def last_batch(settings: Settings) -> str:
    """Return the last batch that the warehouse holds."""
    if not settings.warehouse_path.exists():
        raise ThroughlineError(
            "expected a warehouse; found none. Load data with `throughline ingest`.", next_command="throughline ingest"
        )
    with opened(settings) as connection:
        batch = builds.last_batch(connection)
    if batch is None:
        raise ThroughlineError(
            "expected loaded data; found none. Load some with `throughline ingest`.", next_command="throughline ingest"
        )
    return batch


def built(settings: Settings, steps: Steps, as_of: datetime | None = None) -> "BuildResult":
    """Load pseudonyms, lay out whose consent is withdrawn, set as_of where one is given, and run dbt."""
    from pipelines.erasing.withdrawing import lay_out_withdrawn
    from pipelines.pseudonyms import load_pseudonyms
    from pipelines.transform import build as build_marts

    last_batch(settings)
    settle(settings, now())
    code = code_id()
    with steps.step("build"):
        with opened(settings) as connection:
            load_pseudonyms(connection, settings.pseudonym_keys())
            lay_out_withdrawn(connection)
            builds.set_as_of(connection, as_of)
            builds.begin(connection)
        reached("build.prepared")
        result = build_marts(settings.warehouse_path, memory_limit=settings.memory_limit)
        with opened(settings) as connection:
            builds.finish(connection, code)
        reached("build.finished", models=result.count("model"), tests=result.count("test"))
        return result


def published(settings: Settings, steps: Steps, accept: str | None = None) -> generations.Generation:
    """Publish what the last build left in the warehouse; after an erasure, remove all generations before it.

    ``accept`` says why drift is right, where it is. What no run has validated is validated first, and a critical check
    that failed is asked again.
    """
    from pipelines.validate import audit

    refuse_unfinished(settings)
    manifest, semantic = (settings.warehouse_dir / "dbt" / f"{name}.json" for name in ("manifest", "semantic_manifest"))
    if not (manifest.exists() and semantic.exists()):
        raise ThroughlineError(
            "expected a build; found none. Build with `throughline build`.", next_command="throughline build"
        )
    with reading(settings) as connection:
        builds.refuse_other(connection, code_id())
    if not is_valid(settings):
        validated(settings, steps)
    is_after_erasure = PUBLISH in steps_owed(settings)
    made = Made(last_batch(settings), code_id(), manifest, semantic, now(), is_after_erasure)
    with steps.step("publish"):
        generation = publish_generation(
            settings, made, lambda path: [each.sentence for each in audit(settings, path).critical_failures], accept
        )
        drop_earlier(settings, generation.generation)
        reached("publish.finished", generation=generation.generation)
    with reading(settings) as connection:
        for line in drift_lines(connection):
            console.print(line, markup=False)
    return generation


def run_all(
    settings: Settings, mappings: Sequence[Path], as_of: datetime | None, force: bool, accept: str | None = None
) -> int:
    """Run the four steps as far as they have something to do, and return the exit code."""
    steps = Steps()
    with writing(settings) as command:
        report = ingested(settings, mappings, as_of, steps)
        command.code = code = finish(report)
        if report.as_of is None:
            errors.print(f"No data in {settings.landing_dir}. Write a sample with `throughline sample`.")
            say_refused(report)
            if not report.refused:
                say_next("throughline sample")
            command.code = 1
            return 1
        is_shown = is_published(settings, report.as_of) and is_built(settings)
        if is_shown and not (force or PUBLISH in steps_owed(settings)):
            console.print("nothing new: the current generation holds all that was loaded")
            say_refused(report)
            return code
        validated(settings, steps)
        if force or not is_built(settings):
            built(settings, steps, as_of)
        generation = published(settings, steps, accept)
    console.print(f"published  {generation.generation}, data as of {generation.as_of}")
    say_refused(report)
    return code


def is_built(settings: Settings) -> bool:
    """Say whether a run that ended before it published has left the marts as they ought to be."""
    with reading(settings) as connection:
        return builds.is_done(connection, code_id())


def outdate_build(settings: Settings) -> None:
    """Note that the marts are not as they ought to be, so that the next run builds them anew before it publishes."""
    if settings.warehouse_path.exists():
        with opened(settings) as connection:
            builds.begin(connection)


def is_published(settings: Settings, as_of: datetime) -> bool:
    """Say whether the current generation shows the last batch at this moment, made by this very code."""
    try:
        current = generations.current(settings.published_dir)
    except generations.BrokenPointer as error:
        errors.print(str(error), markup=False)
        return False
    return (
        current is not None
        and current.batch_id == last_batch(settings)
        and current.as_of == as_of.isoformat()
        and current.code_id == code_id()
    )
