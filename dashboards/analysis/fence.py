"""What the kernel lets the process of a statement reach: the published file, its own folder, no network.

DuckDB's authors advise to fence off foreign SQL by the operating system, for a fault in a function may lead past every
setting. Linux has Landlock for it, which needs no rights; where it is missing, the settings stand alone.
"""

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
NO_NEW_PRIVILEGES = 38
IS_VERSION_ASKED = 1
BENEATH = 1

EXECUTE, WRITE, READ, LIST = 1 << 0, 1 << 1, 1 << 2, 1 << 3
RIGHTS_SINCE = {1: (1 << 13) - 1, 2: 1 << 13, 3: 1 << 14, 5: 1 << 15}
"""Version of Landlock -> rights over files that it knows from then on."""

FOR_FILES = EXECUTE | WRITE | READ | 1 << 14 | 1 << 15
"""Rights that a rule on a single file may hold."""

TCP_SINCE, TCP = 4, 0b11
SCOPES_SINCE, SCOPES = 6, 0b11
"""Abstract sockets of, and signals to, processes beyond the fence."""

SYSTEM = ("/usr", "/lib", "/lib64", "/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/sys/fs/cgroup", "/dev/urandom")


def fence_off(readable: Iterable[Path], own: Path) -> bool:
    """Leave this thread, and those that it starts, these files to read and one folder of its own to write.

    Python and the system's libraries stay readable. Returns False where the kernel has no Landlock; raises OSError
    where it has and will not. What is open stays open.
    """
    if sys.platform != "linux":
        return False
    call = ctypes.CDLL(None, use_errno=True).syscall
    version = int(call(CREATE_RULESET, None, 0, IS_VERSION_ASKED))
    if version < 1:
        return False
    rights = sum(more for since, more in RIGHTS_SINCE.items() if since <= version)
    ruleset = _checked(call, CREATE_RULESET, *_handled(version, rights))
    try:
        python = (Path(place) for place in (*SYSTEM, sys.prefix, sys.base_prefix))
        for path in (*readable, *python):
            _allow(call, ruleset, path, (EXECUTE | READ | LIST) & rights)
        _allow(call, ruleset, Path(os.devnull), (READ | WRITE) & rights)
        _allow(call, ruleset, own, rights & ~EXECUTE)
        _checked(ctypes.CDLL(None, use_errno=True).prctl, NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        _checked(call, RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)
    return True


def _handled(version: int, rights: int) -> tuple[object, int, int]:
    """Return what a ruleset rules over, as the kernel reads it, its size and no flags."""
    parts = [rights]
    if version >= TCP_SINCE:
        parts.append(TCP)
    if version >= SCOPES_SINCE:
        parts.append(SCOPES)
    told = struct.pack(f"={len(parts)}Q", *parts)
    return ctypes.create_string_buffer(told, len(told)), len(told), 0


def _allow(call: "ctypes._NamedFuncPointer", ruleset: int, path: Path, rights: int) -> None:
    """Add a rule for a file or for all below a folder; a place that does not exist needs none."""
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        held = rights if path.is_dir() else rights & FOR_FILES
        _checked(call, ADD_RULE, ruleset, BENEATH, ctypes.create_string_buffer(struct.pack("=Qi", held, place), 12), 0)
    finally:
        os.close(place)


def _checked(call: "ctypes._NamedFuncPointer", *arguments: object) -> int:
    found = int(call(*arguments))
    if found < 0:
        raise OSError(ctypes.get_errno(), "the kernel would not fence this process off")
    return found
