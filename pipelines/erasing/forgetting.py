"""The order of an erasure: kept first, then carried out step by step, each of which can be repeated."""

import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

import duckdb

from pipelines import builds, generations
from pipelines.contract import ENTITIES
from pipelines.erasing import debts, identities
from pipelines.erasing.copies import Cleaned, cleaned_copies, cleaned_truth, tainted
from pipelines.erasing.filtering import standing_erasures
from pipelines.erasing.journals import cleaned_journal
from pipelines.erasing.sweeping import Swept, sweep
from pipelines.erasing.ties import EMAIL, OWNER
from pipelines.errors import ThroughlineError
from pipelines.journal import reached
from pipelines.landing import landed_files
from pipelines.opening import opened
from pipelines.settings import Settings
from pipelines.sql import literal
from pipelines.warehouse import OPS_TABLES, open_warehouse, prepare, transaction

ARTEFACTS = ("dbt", "data_docs", "spill")
"""Folders beside the warehouse that are made anew by the next run, and may quote rows."""


class ErasureUnfinished(ThroughlineError):
    """A generation would show an erased person."""

    next_command = "throughline run"

    def __init__(self, steps: set[str]):
        super().__init__(
            f"expected no erasure under way; found one that still owes: {', '.join(sorted(steps))}. "
            "Finish it with `throughline run`."
        )


class Declined(Exception):
    """The request was looked at and not confirmed."""


@dataclass(frozen=True)
class Settled:
    """What the steps did: rows taken out of the warehouse, landing copies written anew."""

    swept: Swept = field(default_factory=Swept)
    copies: Cleaned = field(default_factory=Cleaned)
    truth: tuple[str, ...] = ()


def planned(connection: duckdb.DuckDBPyConnection, person: str, keys: Mapping[int, bytes]) -> Swept:
    """Return what an erasure of the person would take out of the warehouse, and change nothing."""
    try:
        with transaction(connection):
            ask(connection, person, keys)
            swept = sweep(connection, keys)
            raise Declined
    except Declined:
        return swept


def ask(connection: duckdb.DuckDBPyConnection, person: str, keys: Mapping[int, bytes]) -> bool:
    """Keep the identities of a person, given by student id or address, as digests; say whether any was new."""
    identities.begin(connection)
    identities.bring_keys(connection, keys)
    name = person.strip()
    kinds = (EMAIL, OWNER) if "@" in name else ("students",)
    for kind in kinds:
        value = name.lower() if "@" in name else name
        identities.add(connection, kind, "''", literal(value), "select 1")
    return identities.remember(connection, keys) > 0


def request(connection: duckdb.DuckDBPyConnection, person: str, keys: Mapping[int, bytes], moment: datetime) -> None:
    """Keep the request and everything that it owes in one transaction: from here on nothing brings the person back."""
    with transaction(connection):
        if ask(connection, person, keys):
            connection.execute("insert into ops.erasures values (?, ?)", [secrets.token_hex(8), moment])
        identities.close(connection, identities.raw_rows())
        identities.remember(connection, keys)
        debts.owe(connection, debts.COPIES, debts.SWEEP)
    reached("erase.asked")
    identities.end(connection)


def settle(settings: Settings, moment: datetime) -> Settled:
    """Do what erasures owe before anything is built: tables, landing copies, a fresh warehouse file."""
    if not settings.warehouse_path.exists():
        return Settled()
    with opened(settings) as connection:
        if not identities.has_erasures(connection):
            return Settled()
        found = swept(connection, settings)
        cleaned = clean(connection, settings, moment)
        swept(connection, settings)  # a copy that was never loaded may have told more of a person
        must_rewrite = debts.REWRITE in debts.owed(connection)
    if must_rewrite:
        rewrite(settings)
    return Settled(found, *cleaned)


def swept(connection: duckdb.DuckDBPyConnection, settings: Settings) -> Swept:
    """Take the persons out of the tables, if owed; where any row went, a fresh file and a new generation are owed."""
    if debts.SWEEP not in debts.owed(connection):
        return Swept()
    with transaction(connection):
        identities.begin(connection)
        found = sweep(connection, settings.pseudonym_keys())
        debts.paid(connection, debts.SWEEP)
        if found.total:
            debts.owe(connection, debts.COPIES, debts.REWRITE, debts.PUBLISH)
    reached("erase.swept", rows=found.total)
    identities.end(connection)
    return found


def clean(
    connection: duckdb.DuckDBPyConnection, settings: Settings, moment: datetime
) -> tuple[Cleaned, tuple[str, ...]]:
    """Write landing copies, a sample's truth and the journal anew: all where that is owed, else the tainted copies."""
    files = landed_files(settings.landing_dir)
    erasures = standing_erasures(connection, settings.pseudonym_keys)
    is_owed = debts.COPIES in debts.owed(connection)
    if erasures is None:
        return Cleaned(), ()
    cleaned = cleaned_copies(connection, files if is_owed else tainted(connection, files), erasures, moment)
    truth = cleaned_truth(settings.truth_dir, erasures) if is_owed else ()
    journal = cleaned_journal(settings.journal_dir, erasures.reader) if is_owed else ()
    reached("erase.cleaned", files=len(cleaned.rewritten))
    debts.paid(connection, debts.COPIES)
    return cleaned, (*truth, *journal)


def rewrite(settings: Settings) -> None:
    """Write the warehouse into a fresh file, without what dbt made, and put it in the old one's place.

    DuckDB keeps the bytes of deleted rows in its file.
    """
    path = settings.warehouse_path
    fresh = path.with_name("fresh.duckdb")
    for each in (fresh, fresh.with_name(f"{fresh.name}.wal")):
        each.unlink(missing_ok=True)
    with opened(settings) as connection:
        connection.execute("checkpoint analytics")
    with open_warehouse(fresh, memory_limit=settings.memory_limit, threads=settings.threads) as connection:
        prepare(connection)
        connection.execute(f"attach {literal(str(path))} as former (read_only)")
        for table in (*(f"raw.{name}" for name in ENTITIES), *OPS_TABLES):
            connection.execute(f"insert into {table} by name select * from former.{table}")
        debts.paid(connection, debts.REWRITE)
        builds.begin(connection)
        connection.execute("checkpoint analytics")
    generations.sync(fresh)
    for name in ARTEFACTS:
        shutil.rmtree(path.parent / name, ignore_errors=True)
    reached("erase.rewritten")
    os.replace(fresh, path)
    generations.sync(path.parent)
    reached("erase.replaced")


def steps_owed(settings: Settings) -> set[str]:
    """Return what erasures still owe."""
    with opened(settings) as connection:
        return debts.owed(connection)


def refuse_unfinished(settings: Settings) -> None:
    """Raise ErasureUnfinished where a generation that is made or chosen now would show an erased person."""
    steps = steps_owed(settings) - {debts.PUBLISH}
    if steps:
        raise ErasureUnfinished(steps)


def refuse_rollback(settings: Settings) -> None:
    """Raise ErasureUnfinished where an earlier generation may still show an erased person."""
    if settings.warehouse_path.exists() and (steps := steps_owed(settings)):
        raise ErasureUnfinished(steps)


def drop_earlier(settings: Settings, generation: str) -> int:
    """Remove all generations but the one that was just made, where an erasure owes it; return how many."""
    with opened(settings) as connection:
        if debts.PUBLISH not in debts.owed(connection):
            return 0
        dropped = generations.keep_only(settings.published_dir, generation)
        reached("erase.dropped", generations=dropped)
        drop_extracts(settings, generation)
        debts.paid(connection, debts.PUBLISH)
        return dropped


def drop_extracts(settings: Settings, generation: str) -> None:
    """Remove what the dashboards cut from all other generations into a folder of their own, where we know of one."""
    if settings.extracts is None:
        return
    # As dashboards/extract/cutting.py names them: several published folders may share one; a test holds them together.
    home = sha256(str((settings.published_dir / "generations").resolve()).encode()).hexdigest()[:8]
    for folder in settings.extracts.glob(f"*.{home}"):
        if folder.name != f"{generation}.{home}" and not folder.is_symlink():
            shutil.rmtree(folder)
