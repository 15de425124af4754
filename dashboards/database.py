"""The published file, and the only dashboard file that opens DuckDB: hardened, read-only, bounded."""

import atexit
import json
import re
import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import finalize

import duckdb

from dashboards.database_errors import BrokenPointerError as BrokenPointerError
from dashboards.database_errors import DatabaseError as DatabaseError
from dashboards.database_errors import GoneGenerationError as GoneGenerationError
from dashboards.database_errors import NothingPublishedError as NothingPublishedError
from dashboards.database_errors import TooManyRowsError as TooManyRowsError
from dashboards.database_errors import TooSlowError as TooSlowError
from dashboards.keeping import drop, is_erased, is_removed, kept, refuse_erased
from dashboards.pointer import PROJECT_DIR as PROJECT_DIR
from dashboards.pointer import Generation as Generation
from dashboards.pointer import pointed_at
from dashboards.pointer import published_dir as published_dir

if TYPE_CHECKING:
    import polars as pl

Value = str | int | float | date | datetime | tuple[str, ...]
Parameters = Mapping[str, Value]

TIMEOUT_SECONDS = 20.0
MEMORY_LIMIT = "2GB"
THREADS = 2
SPILL_LIMIT = "4GB"
FILES_OPEN = 32
"""Published files and employers' extracts of them that are kept open."""
STORAGE_VERSION = "v1.4.0"
FRAMES_KEPT = 2048
MOST_ROWS = 1_000_000
"""Rows of one answer: a sheet of Excel holds little more."""

BATCH = 100_000

LOCKED = (
    "autoinstall_known_extensions = false",
    "autoload_known_extensions = false",
    "allow_community_extensions = false",
    "extension_directory = 'none'",
    "home_directory = 'none'",
    "allow_persistent_secrets = false",
    "secret_directory = 'none'",
    "enable_external_file_cache = false",
    "python_enable_replacements = false",
    "enable_external_access = false",
    "lock_configuration = true",
)
"""What is set, in this order, once a published file is attached."""

Connection = duckdb.DuckDBPyConnection
SqlError = duckdb.Error
"""What DuckDB raises, for rooms that do not know DuckDB."""

_PARAMETER = re.compile(r"\$([a-z_][a-z0-9_]*)")


@dataclass(frozen=True)
class Query:
    """A statement, its bound parameters and, if need be, the statement that fills the temporary table ``slice``."""

    text: str
    parameters: tuple[tuple[str, Value], ...] = ()
    slice_text: str | None = None

    @classmethod
    def of(cls, text: str, parameters: Parameters | None = None, slice_text: str | None = None) -> "Query":
        """Make a query from a mapping of parameters; only those that a text names are bound to it."""
        return cls(text, tuple(sorted((parameters or {}).items())), slice_text)


def current_generation() -> Generation:
    """Return the generation that the pointer names, opened, and let go of those before an erasure.

    Raises NothingPublishedError when there is no pointer, BrokenPointerError when it leads nowhere.
    """
    drop(is_erased)
    generation = pointed_at()
    while not _is_open(generation):
        missed, generation = generation, pointed_at()
        if generation == missed:
            raise BrokenPointerError(published_dir() / "current.json", f"no file at {generation.path}")
    return generation


def _is_open(generation: Generation) -> bool:
    """Open the file for all pages; say whether it is there."""
    with suppress(duckdb.Error, GoneGenerationError):
        connect(generation)
    return not is_removed(generation)


@lru_cache(maxsize=1)
def _spill_base() -> Path:
    """Return the one folder in which this process spills; it is removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="throughline-dashboards-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@kept(FILES_OPEN)
def connect(generation: Generation) -> duckdb.DuckDBPyConnection:
    """Return the connection that all pages share for a published file; it closes once nobody holds it."""
    spill = Path(tempfile.mkdtemp(dir=_spill_base()))
    try:
        connection = hardened(generation.path, spill, MEMORY_LIMIT, SPILL_LIMIT)
    except BaseException:
        shutil.rmtree(spill, ignore_errors=True)
        raise
    finalize(connection, shutil.rmtree, spill, ignore_errors=True)
    return connection


def hardened(path: Path, spill: Path, memory_limit: str, spill_limit: str) -> duckdb.DuckDBPyConnection:
    """Attach a published file as ``analytics`` to a new in-memory database, then lock that database's settings.

    Afterwards no statement can read another file or a variable of Python, load an extension, attach a file, keep a
    secret or lift a limit. ``spill`` may be relative to the working directory: then no setting tells where that is.
    """
    connection = duckdb.connect()
    _bound_in(connection, spill, memory_limit, spill_limit)
    connection.execute(f"attach {_quoted(path)} as analytics (read_only)")
    _lock(connection)
    return connection


def _bound_in(connection: duckdb.DuckDBPyConnection, spill: Path, memory_limit: str, spill_limit: str) -> None:
    """Set where a connection spills, and its limits."""
    connection.execute(f"set temp_directory = {_quoted(spill)}")
    connection.execute(f"set max_temp_directory_size = '{spill_limit}'")
    connection.execute(f"set memory_limit = '{memory_limit}'")
    connection.execute(f"set threads = {THREADS}")
    connection.execute("set timezone = 'UTC'")


def _lock(connection: duckdb.DuckDBPyConnection) -> None:
    """Close a connection to the outside and lock its settings; what is attached and the spill stay open to it."""
    for setting in LOCKED:
        connection.execute(f"set {setting}")


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


@lru_cache(maxsize=1)
def _parser() -> duckdb.DuckDBPyConnection:
    """Return a locked connection without data, for what reads a statement and does not run it."""
    connection = duckdb.connect(config={"threads": 1, "memory_limit": "256MB", "temp_directory": ""})
    _lock(connection)
    return connection


@contextmanager
def new_file(target: Path, name: str, source: Path, source_name: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """Lend a connection that writes a new file, attached under a name, and reads another one; nothing else.

    At the end the new file is whole: nothing of it is left in a log beside it.
    """
    with spill_dir() as spill:
        connection = duckdb.connect()
        try:
            _bound_in(connection, Path(spill), MEMORY_LIMIT, SPILL_LIMIT)
            connection.execute("set enable_progress_bar = false")
            connection.execute(f"attach {_quoted(source)} as {source_name} (read_only)")
            connection.execute(f"attach {_quoted(target)} as {name} (storage_version '{STORAGE_VERSION}')")
            _lock(connection)
            yield connection
            connection.execute(f"checkpoint {name}")
            connection.execute(f"detach {name}")
        finally:
            connection.close()


def spill_dir() -> AbstractContextManager[str]:
    """Lend a folder of its own, below this process's, to one statement; it is removed at the end."""
    return tempfile.TemporaryDirectory(dir=_spill_base(), ignore_cleanup_errors=True)


def statements(text: str) -> list[tuple[str, str]]:
    """Return kind (``SELECT``, ``COPY``, ...) and text of each statement in a text; raises SqlError where it cannot."""
    return [(each.type.name, each.query) for each in duckdb.extract_statements(text)]


def tree(text: str) -> Any:
    """Return the syntax tree of a SELECT as nested dicts and lists; raises SqlError for anything else."""
    asked = _parser().cursor()
    try:
        told = asked.execute("select json_serialize_sql($text)", {"text": text}).fetchone()
    finally:
        asked.close()
    found = json.loads(told[0]) if told else {"error": True, "error_message": "no answer"}
    if found["error"]:
        raise duckdb.ParserException(f"Parser Error: {found['error_message']}")
    return found["statements"]


def tokens(text: str) -> list[tuple[int, str]]:
    """Return where each token of a text begins, in bytes, and its kind (``identifier``, ``string_const``, ...)."""
    return [(place, kind.name) for place, kind in duckdb.tokenize(text)]


@contextmanager
def cursor(generation: Generation, timeout: float = TIMEOUT_SECONDS) -> Iterator[duckdb.DuckDBPyConnection]:
    """Lend a cursor of its own temporary schema; it is interrupted when the time is over, and closed at the end.

    Raises GoneGenerationError where somebody was erased since, also at the end: what was read is not to be shown.
    """
    shared = connect(generation)  # Held to the end: where it spills goes with it.
    lent = shared.cursor()
    timer = threading.Timer(timeout, lent.interrupt)
    timer.daemon = True
    timer.start()
    try:
        lent.execute("use analytics")
        yield lent
        refuse_erased(generation)
    except duckdb.InterruptException as error:
        raise TooSlowError(timeout) from error
    except RuntimeError as error:
        if str(error) == "Query interrupted":  # So DuckDB says that Ctrl-C was pressed.
            raise KeyboardInterrupt from error
        raise
    finally:
        timer.cancel()
        lent.interrupt()  # After Ctrl-C the query still runs, and to close would wait for its end.
        lent.close()


def frame(generation: Generation, viewer: str, query: Query) -> "pl.DataFrame":
    """Run a query and return its rows; the same (generation, viewer, query, parameters) is run once."""
    return _frame(generation, viewer, query)


@kept(FRAMES_KEPT)
def _frame(generation: Generation, viewer: str, query: Query) -> "pl.DataFrame":
    return run(generation, query)


def run(generation: Generation, query: Query, timeout: float = TIMEOUT_SECONDS) -> "pl.DataFrame":
    """Run a query, not cached, and return its rows."""
    with cursor(generation, timeout) as lent:
        if query.slice_text is not None:
            lent.execute(f"create temp table slice as {query.slice_text}", _bound(query.slice_text, query))
        # Not sql(): with parameters it copies the whole answer first, and takes ten times as long (2026-11-22).
        return _taken(lent.execute(query.text, _bound(query.text, query)))


def _taken(found: duckdb.DuckDBPyConnection) -> "pl.DataFrame":
    """Take the rows of an answer batch by batch, so that one without end does not fill the memory of all readers."""
    import polars as pl
    import pyarrow as pa

    reader = found.to_arrow_reader(BATCH)
    batches, count = [], 0
    try:
        for batch in reader:
            count += batch.num_rows
            if count > MOST_ROWS:
                raise TooManyRowsError(MOST_ROWS)
            batches.append(batch)
    except OSError as error:  # What goes wrong after the first rows comes from Arrow, with DuckDB's words.
        kind = duckdb.InterruptException if str(error).startswith("INTERRUPT") else duckdb.Error
        raise kind(str(error)) from error
    frame = pl.from_arrow(pa.Table.from_batches(batches, reader.schema))
    return frame if isinstance(frame, pl.DataFrame) else frame.to_frame()


def _bound(text: str, query: Query) -> dict[str, object]:
    named = set(_PARAMETER.findall(text))
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in query.parameters if name in named
    }
