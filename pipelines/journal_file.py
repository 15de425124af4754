"""The journal's file: a line of JSON for each step of a command that writes, there as soon as the step is reached.

A line holds names of files and counts, never a row's content and never the value of an argument. Where it cannot be
written, the command goes on and says so at its end.
"""

import json
import logging
import os
import platform
import re
import resource
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import typer

from pipelines.errors import PublishRefused
from pipelines.journal import log as steps

log = logging.getLogger(__name__)

KEPT, LARGEST = 12, 16 << 20
"""So many files are kept, the oldest goes; a file is of one month, and above 16 MiB the next command begins another."""
BEGUN, ENDED = "command.begun", "command.ended"
WORD, OPTION = re.compile(r"[a-z][a-z-]*"), re.compile(r"--[a-z][a-z-]*")
GROUPS = ("quarantine", "audit", "drift")
INTERRUPTED = 130
"""How a command ends that Ctrl-C ends, as shells have it."""
RSS = 1 if sys.platform == "darwin" else 1024
"""Bytes of the unit in which the system tells the peak of memory."""


@dataclass
class Command:
    """A command that is under way: the name of its run, and the exit code with which it will end."""

    run: str
    code: int = 0


class JournalFile(logging.Handler):
    """Appends records of the journal to the month's file, opened for each: whatever kills us, the lines are there."""

    def __init__(self, folder: Path, run: str, command: str):
        super().__init__()
        self.folder, self.run, self.command = folder, run, command
        self.started = self.before = time.monotonic()
        self.path: Path | None = None
        self.lost: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line; what the disk refuses is counted, not raised."""
        moment, now = datetime.fromtimestamp(record.created, UTC), time.monotonic()
        line = {
            **getattr(record, "facts", {}),
            "run": self.run,
            "command": self.command,
            "step": record.getMessage(),
            "at": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "seconds": round(now - self.before, 3),
            "seconds_in_all": round(now - self.started, 3),
            "peak_memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS,
            "children_peak_memory_bytes": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * RSS,
        }
        self.before = now
        try:
            self.path = self.path or file_of(self.folder, moment)
            append(self.path, json.dumps(line, default=str, ensure_ascii=False))
        except OSError as error:
            self.lost.append(str(error.strerror))


@contextmanager
def journaled(folder: Path, run: str) -> Iterator[Command]:
    """Keep the journal of a command while the block runs, its first line and how it ended included."""
    command, options = asked(sys.argv[1:])
    told = Command(run)
    handler = JournalFile(folder, run, command)
    steps.addHandler(handler)
    try:
        steps.info(BEGUN, extra={"facts": begun(options)})
        yield told
        steps.info(ENDED, extra={"facts": {"exit_code": told.code, "error": None}})
    except BaseException as error:
        steps.info(ENDED, extra={"facts": {"exit_code": exit_code(error), "error": error_name(error)}})
        raise
    finally:
        steps.removeHandler(handler)
        if handler.lost:
            log.warning("the journal lacks %d lines of this run: %s: %s", len(handler.lost), folder, handler.lost[0])


def asked(arguments: list[str]) -> tuple[str, list[str]]:
    """Return the command and the names of its options; values, which may name people, are left out."""
    words = arguments[: 2 if arguments[:1] and arguments[0] in GROUPS else 1]
    options = [found[0] for each in arguments if (found := OPTION.match(each))]
    return " ".join(word for word in words if WORD.fullmatch(word)) or "python", options


def begun(options: list[str]) -> dict[str, Any]:
    """Return the facts of the first line: who runs what on what."""
    return {
        "options": options,
        "throughline": version("throughline"),
        "duckdb": version("duckdb"),
        "python": platform.python_version(),
        "pid": os.getpid(),
        "host": socket.gethostname(),
    }


def exit_code(error: BaseException) -> int:
    """Return the code with which the command line ends for an error."""
    if isinstance(error, typer.Exit):
        return error.exit_code
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    return 3 if isinstance(error, PublishRefused) else 1


def error_name(error: BaseException) -> str | None:
    """Return the class of the error, which says nothing of any row; None for a mere exit."""
    return None if isinstance(error, typer.Exit) else type(error).__name__


def journal_files(folder: Path) -> list[Path]:
    """Return the journal's files, oldest first."""
    return sorted(folder.glob("journal-*.jsonl"))


def file_of(folder: Path, moment: datetime) -> Path:
    """Return the file for a command that begins now, and remove those that are too many."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    month = f"journal-{moment:%Y-%m}"
    last = next((each for each in reversed(journal_files(folder)) if each.name.startswith(month)), None)
    number = int(last.stem.rpartition("-")[2]) if last else 1
    path = folder / f"{month}-{number + bool(last and last.stat().st_size > LARGEST):03}.jsonl"
    for each in [each for each in journal_files(folder) if each != path][: -(KEPT - 1)]:
        each.unlink()
    return path


def append(path: Path, line: str) -> None:
    """Add a line, below one that was broken off if need be; raise OSError where it is not there whole."""
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        is_broken = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        text = ("\n" * is_broken + f"{line}\n").encode()
        if os.write(descriptor, text) < len(text):
            raise OSError(28, "No space left on device")
    finally:
        os.close(descriptor)
