"""Which sign-ins have ended by a log-out: for this process at once, and in a file for the other replicas and for later.

The file lies beside the audit log, in the one folder that all replicas write. It holds when each sign-in ended and a
digest of it, no name. A line is added under a lock; lines that no sign-in outlives are left out on the way.
"""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from dashboards.access.grants import LONGEST_SESSION_HOURS, Claims
from dashboards.audit import audit_dir

FILE, LOCK = "ended-sign-ins", "ended-sign-ins.lock"
KEPT = timedelta(hours=LONGEST_SESSION_HOURS)
"""How long a line stays: ``session_hours`` may be raised, and must bring no sign-in back."""

_here: dict[str, bool] = {}
"""Digest of a sign-in that ended in this process -> whether the file has it."""


def end(claims: Claims, at: datetime) -> None:
    """Let a sign-in count no more, from a moment on; raises OSError where only this process can remember it."""
    digest = _digest(claims)
    _here.setdefault(digest, False)
    folder = audit_dir()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _locked(folder / LOCK):
        _add(folder / FILE, digest, at)
    _here[digest] = True


def has_ended(claims: Claims) -> bool:
    """Tell whether a sign-in has ended, here or elsewhere; raises OSError where the file cannot be read."""
    digest = _digest(claims)
    return digest in _here or digest in _elsewhere(audit_dir() / FILE)


def is_ended_here_alone(claims: Claims) -> bool:
    """Tell whether a sign-in ended in this process, and the file could not take it."""
    return not _here.get(_digest(claims), True)


def _digest(claims: Claims) -> str:
    return sha256(json.dumps([str(claims.get(key)) for key in ("iss", "sub", "iat")]).encode()).hexdigest()


def _elsewhere(path: Path) -> frozenset[str]:
    """Return what the file holds now; it is read again when it has changed."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return frozenset()
    return _read(path, found.st_mtime_ns, found.st_size, found.st_ino)


@lru_cache(maxsize=1)
def _read(path: Path, *_identity: int) -> frozenset[str]:
    return frozenset(digest for _, digest in _lines(path))


def _lines(path: Path) -> list[tuple[float, str]]:
    """Return moment and digest of each line; half a line, of a process that died, is none."""
    words = [line.split() for line in path.read_text(errors="replace").splitlines()]
    return [(float(each[0]), each[1]) for each in words if len(each) == 2 and each[0].isdigit() and len(each[1]) == 64]


def _add(path: Path, digest: str, at: datetime) -> None:
    """Add a line, down to the disk; where old ones can go, the file is written anew and takes its place at once."""
    held, oldest = _lines(path) if path.exists() else [], (at - KEPT).timestamp()
    kept = [(moment, each) for moment, each in held if moment >= oldest]
    if len(kept) == len(held):
        _write(path, os.O_APPEND, f"\n{at.timestamp():.0f} {digest}\n")
        return
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    kept.append((at.timestamp(), digest))
    try:
        _write(draft, os.O_EXCL, "".join(f"{moment:.0f} {each}\n" for moment, each in kept))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _write(path: Path, how: int, text: str) -> None:
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | how, 0o600)
    try:
        if os.write(number, text.encode()) != len(text):
            raise OSError("No space left on device")
        os.fsync(number)
    finally:
        os.close(number)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock that other processes and threads wait for; it is let go when its holder dies."""
    number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(number, fcntl.LOCK_EX)
        yield
    finally:
        os.close(number)
