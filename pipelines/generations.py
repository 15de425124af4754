"""Published generations: which there are, which is current, and how another one becomes current.

Their order is that of their numbers: a clock may go backward, and two may be made within a second.
"""

import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from pipelines.errors import ThroughlineError
from pipelines.journal import reached

KEPT = 3
FILE = "analytics.duckdb"
RESTRICTED = "restricted.duckdb"
POINTER = "current.json"
FACTS = "generation.json"
MODES = {FILE: 0o444, RESTRICTED: 0o400}
"""The files of a generation, and who may read them once they are sealed."""
DRAFT, READY = ".new", ".ready"
"""Endings of hidden files in the published folder: being written; whole, waiting for the pointer to move."""


@dataclass(frozen=True)
class Generation:
    """A published state: an immutable file, the moment that it shows, and what it was made from.

    ``number`` counts all that were made; 0 for those from before they were numbered. ``erased_before`` is the number
    below which a generation held somebody who was erased since: the dashboards tell nothing of it any more.
    """

    generation: str
    as_of: str
    published_at: str
    batch_id: str
    code_id: str
    number: int = 0
    erased_before: int = 0

    @property
    def path(self) -> str:
        """Path of the file below the published folder."""
        return f"generations/{self.generation}/{FILE}"

    @property
    def facts(self) -> str:
        """What ``current.json`` and the file beside a generation say."""
        return json.dumps(asdict(self) | {"path": self.path}, indent=2)


class BrokenPointer(ThroughlineError):
    """``current.json`` leads to no generation."""

    next_command = "throughline rollback"

    def __init__(self, published: Path, expected: str, found: str):
        super().__init__(
            f"{published / POINTER}: expected {expected}; found {found}. "
            f"Kept generations: {', '.join(names(published)) or 'none'}. Point at the newest with "
            "`throughline rollback`, or make a new one with `throughline run`.",
            next_command=None if names(published) else "throughline run",
        )


def told(facts: dict[str, Any]) -> Generation:
    """Return the generation that facts tell of; raise KeyError where one lacks."""
    return Generation(
        **{each.name: ({"number": 0, "erased_before": 0} | facts)[each.name] for each in fields(Generation)}
    )


def folder_of(published: Path, generation: str) -> Path:
    """Return the folder of a generation."""
    return published / "generations" / generation


def current(published: Path) -> Generation | None:
    """Return the current generation; None where nothing was published; raise BrokenPointer where it leads nowhere."""
    pointer = published / POINTER
    if not pointer.exists():
        return None
    try:
        found = told(json.loads(pointer.read_text()))
    except (ValueError, KeyError, TypeError) as error:
        raise BrokenPointer(published, "a pointer to a generation", repr(error)) from error
    if not (published / found.path).exists():
        raise BrokenPointer(published, f"generation {found.generation} in {published / 'generations'}", "none")
    return found


def sound(published: Path) -> Generation | None:
    """Return the current generation; None also where the pointer leads nowhere."""
    try:
        return current(published)
    except BrokenPointer:
        return None


def standing(published: Path) -> Generation | None:
    """Return the current generation or, where the pointer leads nowhere or is gone, the newest that is kept."""
    return sound(published) or next(iter(reversed(kept(published))), None)


def kept(published: Path) -> list[Generation]:
    """Return the generations that are kept, oldest first: those with a file and facts that can be read."""
    found = (read_facts(each) for each in (published / "generations").glob(f"*/{FACTS}"))
    whole = (each for each in found if each is not None and (published / each.path).exists())
    return sorted(whole, key=lambda each: (each.number, each.generation))


def names(published: Path) -> list[str]:
    """Return the names of the generations that are kept, oldest first."""
    return [each.generation for each in kept(published)]


def numbered(published: Path, generation: Generation, *, is_after_erasure: bool = False) -> Generation:
    """Return the generation with the next number, what erasures it comes after, and another name where its is taken."""
    name, taken = generation.generation, 1
    while folder_of(published, name).exists():
        taken += 1
        name = f"{generation.generation}-{taken}"
    known = kept(published)
    number = 1 + max((each.number for each in known), default=0)
    erased_before = number if is_after_erasure else max((each.erased_before for each in known), default=0)
    return replace(generation, generation=name, number=number, erased_before=erased_before)


def write_facts(folder: Path, generation: Generation) -> None:
    """Write what the generation is and which bytes it has, beside its file: from here on it is kept."""
    files = {
        name: {"sha256": sha256(path), "bytes": path.stat().st_size}
        for name in MODES
        if (path := folder / name).exists()
    }
    write_whole(folder / FACTS, json.dumps(json.loads(generation.facts) | {"files": files}, indent=2))
    sync(folder.parent)


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def recorded(published: Path, generation: Generation) -> dict[str, dict[str, Any]] | None:
    """Return what was recorded of a generation's files, by name: "sha256", "bytes"; None for an early version's."""
    facts = json.loads((folder_of(published, generation.generation) / FACTS).read_text())
    files: dict[str, dict[str, Any]] | None = facts.get("files")
    return files


def damaged(published: Path, generation: Generation) -> list[str]:
    """Return the names of the generation's files that are gone or hold other bytes than those that were published."""
    folder = folder_of(published, generation.generation)
    files = recorded(published, generation) or {}
    return [
        name for name, then in files.items() if not (folder / name).exists() or sha256(folder / name) != then["sha256"]
    ]


def read_facts(path: Path) -> Generation | None:
    """Read what a generation is; None where nothing can be read."""
    try:
        return told(json.loads(path.read_text()))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def make_current(published: Path, generation: Generation) -> None:
    """Point at a generation by one atomic change, with the analysts' copy laid ready before and replaced after it."""
    lay_ready(published, generation)
    point_at(published, generation)


def lay_ready(published: Path, generation: Generation) -> None:
    """Copy the generation for the analysts, beside the copy that they have; only a whole one is called ready."""
    draft = published / f".{FILE}{DRAFT}"
    try:
        shutil.copyfile(published / generation.path, draft)
        draft.chmod(0o644)
        sync(draft)
        draft.replace(ready_copy(published, generation))
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    reached("publish.copied", generation=generation.generation)


def point_at(published: Path, generation: Generation) -> None:
    """Point at a generation whose copy lies ready, then hand the copy over."""
    write_whole(published / POINTER, generation.facts)
    reached("publish.pointed", generation=generation.generation)
    hand_over(published, generation)


def hand_over(published: Path, generation: Generation) -> None:
    """Replace the analysts' copy by the one that lies ready.

    Changes that an analyst made to the old copy go with it: its log would keep everybody from opening the new one.
    """
    (published / f"{FILE}.wal").unlink(missing_ok=True)
    ready_copy(published, generation).replace(published / FILE)
    sync(published)
    reached("publish.offered", generation=generation.generation)


def ready_copy(published: Path, generation: Generation) -> Path:
    """Return where the whole copy of a generation waits for the pointer."""
    return published / f".{generation.generation}{READY}"


def mend(published: Path) -> None:
    """Finish or clear what a broken run left: no draft stays, and the analysts' copy is of the current generation."""
    now = sound(published)  # None: what lies ready may never have been pointed at, so nothing is handed out.
    for draft in published.glob(f".*{DRAFT}"):
        draft.unlink()
    for ready in published.glob(f".*{READY}"):
        if now is not None and ready == ready_copy(published, now):
            hand_over(published, now)
        else:
            ready.unlink()
    for folder in (published / "generations").glob("*"):
        if not (folder / FACTS).exists() and (now is None or folder.name != now.generation):
            shutil.rmtree(folder)
    if now is not None and not (published / FILE).exists():
        lay_ready(published, now)
        hand_over(published, now)


def write_whole(path: Path, text: str) -> None:
    """Write a small file so that a reader sees the old or the new text, never a part."""
    draft = path.with_name(f".{path.name}{DRAFT}")
    try:
        draft.write_text(text)
        sync(draft)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync(path.parent)


def sync(path: Path) -> None:
    """Have the operating system write a file or folder to its disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def prune(published: Path, *keep: str) -> None:
    """Remove all but the newest three generations, never one of those to keep, and what a broken run left behind.

    To keep are the current one and the one before it: who has just read the pointer may be about to open that.
    """
    folder = published / "generations"
    others = [name for name in names(published) if name not in keep]
    drafts = [each.name for each in folder.iterdir() if each.name not in keep and not (each / FACTS).exists()]
    for name in (*others[: len(others) + len({*keep}) - KEPT], *drafts):
        remove(folder / name)


def remove(folder: Path) -> None:
    """Remove a generation; one whose removal is broken off is a draft, which the next command clears."""
    (folder / FACTS).unlink(missing_ok=True)
    shutil.rmtree(folder)


def keep_only(published: Path, generation: str) -> int:
    """Remove every other generation, with whatever was cut from it; return how many there were."""
    folder = published / "generations"
    others = [each for each in folder.iterdir() if each.name != generation]
    for each in others:
        remove(each)
    return len(others)
