"""Whose fault an error is: the file's, which is then refused, or the warehouse's, which ends the run."""

import csv
import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from pipelines.errors import LOCKED, RefusedFile, WarehouseFailed

SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
FULL = {*SPACE, errno.EROFS, errno.EMFILE, errno.ENFILE, errno.EIO}
FATAL = (
    duckdb.FatalException,
    duckdb.InternalException,
    duckdb.InterruptException,
    duckdb.OutOfMemoryException,
    duckdb.TransactionException,
    duckdb.CatalogException,
    duckdb.ConstraintException,
)
"""Errors that no file is to blame for."""
WRITING = re.compile(r"no space left|disk quota|\bwrite\b|fsync", re.IGNORECASE)

ADVICE = (
    (LOCKED, "Another process has the file open. End it, or wait for it, and run again."),
    (r"no space left|disk quota|file too large|temp_directory_size", "Free space on that disk and run again."),
    (
        r"read-only file system|permission denied|not permitted",
        "Give this user the right to write there and run again.",
    ),
    (r"out of memory|cannot allocate", "Free memory, or set THROUGHLINE_MEMORY_LIMIT lower, and run again."),
    (r"too many open files", "Raise the limit on open files and run again."),
    (
        r"not a valid duckdb|corrupt|serialization|invalidated|replaying wal",
        "Run again. If that ends likewise, put the file back from a backup: it also keeps who asked to be forgotten.",
    ),
)
"""What an error of the machine says, as a pattern, and what to do about it."""
OTHERWISE = "Look at the path that it names, and run again."


@contextmanager
def refusing(*, reads_files: bool = True) -> Iterator[None]:
    """Turn an error of the file that is read into its refusal; what the warehouse or its disk does is raised as it is.

    ``reads_files`` is false where the database reads nothing but its own files.
    """
    try:
        yield
    except RefusedFile as error:
        if isinstance(error.__cause__, duckdb.Error) and is_of_warehouse(error.__cause__, reads_files):
            raise error.__cause__ from None
        raise
    except (OSError, UnicodeError, csv.Error, duckdb.Error) as error:
        if is_of_warehouse(error, reads_files):
            raise
        reason = error.strerror if isinstance(error, OSError) else first_line(error)
        raise RefusedFile("a file that can be read", f"{type(error).__name__}: {reason}") from error


@contextmanager
def ending_the_run(name: str) -> Iterator[None]:
    """Say of what is no file's fault that the run ends with it, and at which file."""
    try:
        yield
    except (duckdb.Error, OSError) as error:
        raise WarehouseFailed(
            f"{name}: expected a warehouse that can be written; found {first_line(error)}. Nothing of this file was "
            "loaded, all before it was. Free disk or memory and run again."
        ) from error


def is_of_warehouse(error: Exception, reads_files: bool) -> bool:
    """Say whether the error is of the warehouse, the disk or the memory, not of the file that is read."""
    if isinstance(error, OSError):
        return error.errno in FULL
    if isinstance(error, duckdb.IOException):
        return not reads_files or bool(WRITING.search(str(error)))
    return isinstance(error, FATAL)


def explained(error: BaseException) -> str | None:
    """Return what the machine or the database refused, and what to do next; None for an error of another kind."""
    if not isinstance(error, OSError | duckdb.Error):
        return None
    said = first_line(error) if str(error) else type(error).__name__
    return f"expected a disk and a database that work; found {type(error).__name__}: {said}. {advice(str(error))}"


def advice(said: str) -> str:
    """Return what to do about an error of the machine or the database."""
    return next((step for pattern, step in ADVICE if re.search(pattern, said, re.IGNORECASE)), OTHERWISE)


def first_line(error: Exception) -> str:
    """Return the first line of what the error says."""
    return str(error).split("\n", 1)[0]
