"""The log's files: a line is added under a lock, behind it a sealed head that knows how many there are.

One file per UTC month, so that an old month can be put away; the chain runs through all of them. Beside them ``head``
holds count, size and seal of the last line, so that a log cut at its end is told from a shorter one.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from dashboards.audit.entry import NOTHING_BEFORE, Entry, is_sealed, key_id, line, parsed, seal
from dashboards.audit.errors import LogNotWritableError, OtherKeyError

HEAD, LOCK, PATTERN = "head", "lock", "audit-????-??.jsonl"
HEAD_SIZE = 512
"""Bytes of the head: it is always written whole and over itself."""

SYSTEM = "throughline"
"""Who writes an entry that no viewer caused."""


@dataclass(frozen=True)
class Head:
    """Where the log ends: its last file, that file's bytes, the entries of all files and the last one's seal."""

    file: str = ""
    size: int = 0
    count: int = 0
    last: str = NOTHING_BEFORE
    key: str = ""


@dataclass(frozen=True)
class Log:
    """The log in a folder, sealed with a key."""

    folder: Path
    key: bytes

    def append(self, entry: Entry, at: datetime) -> None:
        """Add an entry; raises LogNotWritableError, or OtherKeyError where another key sealed the log so far."""
        try:
            with self._locked():
                head = self._mended(at)
                self._add(head, entry, at)
        except OSError as error:
            raise LogNotWritableError(self.folder, error) from error

    def files(self) -> list[Path]:
        """Return the files, the oldest first."""
        return sorted(self.folder.glob(PATTERN))

    def entries(self) -> Iterator[dict[str, Any]]:
        """Yield the entries as they stand, the oldest first; lines that are none are left out."""
        for path in self.files():
            with path.open("rb") as lines:
                yield from (fields for fields in map(parsed, lines) if fields)

    def head(self) -> Head | None:
        """Return where the log should end, or None where the head is missing or not sealed with the key."""
        try:
            fields = json.loads((self.folder / HEAD).read_bytes())
        except (OSError, ValueError):
            return None
        if not isinstance(fields, dict) or not is_sealed(fields, self.key):
            return None
        return Head(**{name: value for name, value in fields.items() if name != "hash"})

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        number = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(number, fcntl.LOCK_EX)
            yield
        finally:
            os.close(number)

    def _add(self, head: Head, entry: Entry, at: datetime) -> Head:
        """Write one line and the head behind it, both down to the disk."""
        # A clock that went backward does not go back to an older file: the order of lines is that of the numbers.
        name = max(head.file, f"audit-{at.astimezone(UTC):%Y-%m}.jsonl")
        text, hash_ = line(entry, head.count + 1, at, head.last, self.key)
        size = self._write(name, text.encode() + b"\n")
        return self._keep(Head(name, size, head.count + 1, hash_, key_id(self.key)))

    def _write(self, name: str, told: bytes) -> int:
        """Add bytes to a file and return its size after; raises OSError where not all of them could be written."""
        number = os.open(self.folder / name, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if os.write(number, told) != len(told):
                raise OSError("No space left on device")
            os.fdatasync(number)
            return os.fstat(number).st_size
        finally:
            os.close(number)

    def _keep(self, head: Head) -> Head:
        fields: dict[str, Any] = asdict(head)
        fields["hash"] = seal(self.key, fields)
        told = json.dumps(fields).encode().ljust(HEAD_SIZE - 1) + b"\n"
        number = os.open(self.folder / HEAD, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.pwrite(number, told, 0)
            os.fdatasync(number)
        finally:
            os.close(number)
        return head

    def _mended(self, at: datetime) -> Head:
        """Return where to go on: at the head, or behind what a process that died, or somebody else, left there."""
        head = self.head()
        if head is None:
            return self._without_head(at)
        path = self.folder / head.file
        later = [each for each in self.files() if each.name > head.file]
        if not later and path.exists() and path.stat().st_size == head.size:
            return head
        return self._behind(head, later, at)

    def _without_head(self, at: datetime) -> Head:
        """Go on behind the last line that is sealed with the key, and say that the head was not there."""
        files = self.files()
        if not files and not (self.folder / HEAD).exists():
            return Head()
        found = [fields for path in files for fields in map(parsed, path.read_bytes().splitlines()) if fields]
        if not found:
            for path in files[-1:]:
                self._end_line(path)
            return self._add(Head(), self._mending("the head was missing or not ours"), at)
        last = found[-1]
        if last.get("key") != key_id(self.key):
            raise OtherKeyError(str(last.get("key")), key_id(self.key))
        self._end_line(files[-1])
        head = Head(files[-1].name, 0, int(last["sequence"]), str(last["hash"]))
        return self._add(head, self._mending("the head was missing or not ours"), at)

    def _behind(self, head: Head, later: list[Path], at: datetime) -> Head:
        """Take over the one whole line that a process wrote before it died; end a torn one and say so."""
        path = self.folder / head.file
        tail = path.read_bytes()[head.size :] if path.exists() else b""
        if not tail and len(later) == 1:
            path, tail = later[0], later[0].read_bytes()
        fields = parsed(tail) if tail.count(b"\n") == 1 and tail.endswith(b"\n") else None
        if fields and fields.get("previous") == head.last and is_sealed(fields, self.key):
            return self._keep(Head(path.name, path.stat().st_size, head.count + 1, fields["hash"], key_id(self.key)))
        self._end_line(path)
        reason = f"torn line of {len(tail)} bytes, sha256 {sha256(tail).hexdigest()}" if tail else "lines were missing"
        return self._add(Head(path.name, 0, head.count, head.last), self._mending(reason), at)

    def _end_line(self, path: Path) -> None:
        if path.exists() and not path.read_bytes().endswith(b"\n"):
            self._write(path.name, b"\n")

    def _mending(self, reason: str) -> Entry:
        return Entry(SYSTEM, "system", "mended", "audit log", reason=reason)
