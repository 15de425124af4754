"""``throughline verify``: what was kept is compared with what was recorded when it was made, byte by byte, row by row.

Nothing is changed. What was made before there was a record is said to be without one, not to be broken.
"""

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines import digests, generations
from pipelines.errors import ThroughlineError
from pipelines.generations import FILE, MODES, BrokenPointer, Generation, sha256
from pipelines.opening import reading
from pipelines.reconcile import warehouse_problems
from pipelines.settings import Settings

NAMED = 5
"""So many files that are no longer there are named."""
REBUILD = (
    "Put data/warehouse back from a backup; or move it aside and load the landing files again with `throughline run`, "
    "then repeat the requests to forget"
)
ORIGINAL = "the original, with records of erased persons"


@dataclass(frozen=True)
class Finding:
    """What is not as it was recorded; ``command`` is what to type next."""

    what: str
    expected: str
    found: str
    todo: str
    command: str = "throughline verify"

    @property
    def sentence(self) -> str:
        """Say it in one line."""
        return f"{self.what}: expected {self.expected}; found {self.found}. {self.todo}."


class NotWhole(ThroughlineError):
    """Something is not as it was recorded."""

    def __init__(self, findings: list[Finding]):
        super().__init__("\n".join(each.sentence for each in findings), next_command=findings[0].command)


Said = Finding | str
"""A finding, or a line on what was looked at and is as it should be."""


def verified(settings: Settings) -> Iterator[str]:
    """Yield what was looked at; raise NotWhole at the end where anything differs."""
    findings: list[Finding] = []
    if not (settings.published_dir.exists() or settings.warehouse_path.exists()):
        raise ThroughlineError(
            f"expected published data or a warehouse in {settings.data_dir}; found neither.",
            next_command="throughline run",
        )
    for said in (*published(settings.published_dir), *warehoused(settings)):
        if isinstance(said, Finding):
            findings.append(said)
        else:
            yield said
    if findings:
        raise NotWhole(findings)
    yield "whole       all that is kept is what was recorded"


def published(folder: Path) -> Iterator[Said]:
    """Look at every kept generation, the pointer, and the analysts' copy."""
    try:
        current = generations.current(folder)
    except BrokenPointer as error:
        yield Finding(
            "published", "a pointer to a generation", str(error), "Point at a kept one", error.next_command or ""
        )
        current = None
    else:
        if current is None and (kept := generations.names(folder)):
            yield Finding(
                f"published/{generations.POINTER}", "a pointer to a generation", f"none beside {', '.join(kept)}",
                "Point at the newest", "throughline rollback")  # fmt: skip
    for place in sorted(folder.glob("generations/*")):
        if place.name not in generations.names(folder):
            what, whole = f"generations/{place.name}", f"a file and a {generations.FACTS} that can be read"
            if current is not None and place.name == current.generation:
                yield Finding(what, whole, "none", "It is what is shown: make a new one", "throughline run --force")
            else:
                yield Finding(what, whole, "none", "Nobody can roll back to it: remove the folder")
    for each in generations.kept(folder):
        yield from generation(folder, each, is_current=current is not None and each.generation == current.generation)
    if current is not None:
        copy, path = folder / FILE, folder / current.path
        if not copy.exists() or sha256(copy) != sha256(path):
            found = "another" if copy.exists() else "none"
            again = f"throughline rollback {current.generation}"
            yield Finding(
                f"published/{FILE}", "a copy of the current generation", found, "Copy it again: rows of it may have "
                "been changed by whoever opened it", again)  # fmt: skip


def generation(folder: Path, kept: Generation, *, is_current: bool) -> Iterator[Said]:
    """Look at the files of one generation: bytes, mode, and whether every table can be read."""
    place = generations.folder_of(folder, kept.generation)
    recorded = generations.recorded(folder, kept)
    todo = "Make a new one; this one is no more to be shown" if is_current else "Nobody should roll back to it"
    if recorded is None:
        yield f"generation  {kept.generation}: made before its bytes were recorded"
    for name, mode in MODES.items():
        path = place / name
        what = f"generations/{kept.generation}/{name}"
        if not path.exists():
            if recorded is not None:
                yield Finding(what, "a file", "none", todo, "throughline run --force")
            continue
        then = (recorded or {}).get(name, {}).get("sha256")
        if then is not None and (now := sha256(path)) != then:
            yield Finding(what, f"SHA-256 {then[:16]}", now[:16], todo, "throughline run --force")
        elif (problem := unreadable(path)) is not None:
            yield Finding(what, "a database that opens", problem, todo, "throughline run --force")
        if (found := stat.S_IMODE(path.stat().st_mode)) != mode:
            yield Finding(what, f"mode {mode:04o}", f"{found:04o}", f"Set it: chmod {mode:04o} {path}")
    if recorded is not None:
        yield f"generation  {kept.generation}: {sum(each['bytes'] for each in recorded.values()):,} bytes"


def unreadable(path: Path) -> str | None:
    """Return why a table of the file cannot be read; None where all can."""
    try:
        with duckdb.connect() as connection:
            connection.execute(f"attach '{path}' as opened (read_only)")
            tables = connection.sql(
                "select schema_name, table_name from duckdb_tables() where database_name = 'opened'"
            ).fetchall()
            for schema, table in tables:
                connection.execute(f'select count(*) from opened."{schema}"."{table}"')
    except duckdb.Error as error:
        return str(error).split("\n", 1)[0]
    return None


def warehoused(settings: Settings) -> Iterator[Said]:
    """Look at the landing files that were loaded, the books, and the rows of each delivery."""
    if not settings.warehouse_path.exists():
        yield "warehouse   none yet"
        return
    try:
        with reading(settings) as connection:
            yield from landing(connection, settings.landing_dir)
            problems = warehouse_problems(settings.warehouse_path)
            for problem in problems:
                what, _, rest = problem.partition(": expected ")
                expected, _, found = rest.partition("; found ")
                yield Finding(what, expected, found, REBUILD)
            if not problems:
                yield "books       rows read = loaded + unchanged + quarantined + erased, for every file and entity"
            yield from rows(connection)
    except duckdb.Error as error:
        yield Finding(
            settings.warehouse_path.name, "a warehouse that can be read", str(error).split("\n", 1)[0], REBUILD
        )


def landing(connection: duckdb.DuckDBPyConnection, folder: Path) -> Iterator[Said]:
    """Look at every file that was loaded and is still there: its bytes must be those that the ledger knows."""
    known: dict[str, set[str]] = {}
    for path, digest in connection.sql("""
        select distinct case when ends_with(path, '/landing/' || file_name) then file_name else path end, sha256
        from ops.deliveries where status in ('loaded', 'repeated')
    """).fetchall():
        known.setdefault(path, set()).add(digest)
    originals = {digest for (digest,) in connection.sql("select original_sha256 from ops.rewritten_files").fetchall()}
    gone, whole = [], 0
    for name, sums in sorted(known.items()):
        path = folder / name
        if not path.is_file():
            gone.append(name)
            continue
        now = sha256(path)
        if now not in sums or now in originals:
            found = ORIGINAL if now in originals else f"SHA-256 {now[:16]}"
            expected = " or ".join(sorted(each[:16] for each in sums - originals))
            todo = "A run loads it if it is a new delivery; if not, put it back from a backup"
            yield Finding(f"landing/{name}", f"the bytes that were loaded ({expected})", found, todo, "throughline run")
        else:
            whole += 1
    yield f"landing     {whole:,} files are as they were loaded"
    if gone:
        more = f" and {len(gone) - NAMED:,} more" if len(gone) > NAMED else ""
        yield (
            f"landing     {len(gone):,} files that were loaded are no longer there, which is no fault, but nothing can "
            f"be made anew from them: {', '.join(gone[:NAMED])}{more}"
        )


def rows(connection: duckdb.DuckDBPyConnection) -> Iterator[Said]:
    """Look at the rows of every delivery in ``raw`` and in quarantine."""
    differing, told, untold = digests.differences(connection)
    for each in differing:
        source, entity, file_id, moment = each.identity
        if each.file is None:
            what = f"{each.table}: file id {file_id} of {source}, delivered {moment}"
            yield Finding(what, "no row, by the ledger", "rows", REBUILD)
        else:
            what = f"{each.table}: {each.file} ({entity}), delivered {moment}"
            yield Finding(what, f"the rows that were loaded (digest {each.recorded})", str(each.found), REBUILD)
    yield f"rows        of {told:,} deliveries compared with what was recorded when they were loaded"
    if untold:
        yield f"rows        of {untold:,} deliveries are not recorded by this version: `throughline ingest` does it"
