"""Published generations: which there are, which is current, and how another one becomes current."""

import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from pipelines.errors import ThroughlineError
from pipelines.journal import reached

KEPT = 3
FILE = "analytics.duckdb"
RESTRICTED = "restricted.duckdb"
POINTER = "current.json"


@dataclass(frozen=True)
class Generation:
    """A published state: an immutable file, the moment that it shows, and what it was made from."""

    generation: str
    as_of: str
    published_at: str
    batch_id: str
    code_id: str

    @property
    def path(self) -> str:
        """Path of the file below the published folder."""
        return f"generations/{self.generation}/{FILE}"


def folder_of(published: Path, generation: str) -> Path:
    """Return the folder of a generation."""
    return published / "generations" / generation


def current(published: Path) -> Generation | None:
    """Return the current generation; None where nothing was published; raise where the pointer leads nowhere."""
    pointer = published / POINTER
    if not pointer.exists():
        return None
    try:
        told = json.loads(pointer.read_text())
        found = Generation(**{name: told[name] for name in Generation.__dataclass_fields__})
    except (ValueError, KeyError, TypeError) as error:
        raise ThroughlineError(
            f"{pointer}: expected a pointer to a generation; found {error!r}. "
            f"Kept generations: {', '.join(names(published)) or 'none'}. Point at one with `throughline rollback`, "
            "or make a new one with `throughline publish`."
        ) from error
    if not (published / found.path).exists():
        raise ThroughlineError(
            f"{pointer}: expected generation {found.generation} in {published / 'generations'}; found none. "
            f"Kept: {', '.join(names(published)) or 'none'}. Use `throughline rollback` or `throughline publish`."
        )
    return found


def names(published: Path) -> list[str]:
    """Return the generations that are kept, oldest first."""
    folder = published / "generations"
    return sorted(each.name for each in folder.iterdir() if (each / FACTS).exists()) if folder.is_dir() else []


FACTS = "generation.json"


def write_facts(folder: Path, generation: Generation) -> None:
    """Write what the generation is, beside its file."""
    write_whole(folder / FACTS, json.dumps(asdict(generation) | {"path": generation.path}, indent=2))


def read_facts(published: Path, name: str) -> Generation:
    """Read what a kept generation is."""
    told = json.loads((folder_of(published, name) / FACTS).read_text())
    return Generation(**{field: told[field] for field in Generation.__dataclass_fields__})


def make_current(published: Path, generation: Generation) -> None:
    """Point at a generation by one atomic change, then replace the analysts' copy likewise."""
    write_whole(published / POINTER, json.dumps(asdict(generation) | {"path": generation.path}, indent=2))
    reached("publish.pointed", generation=generation.generation)
    copy = published / f".{FILE}.new"
    copy.unlink(missing_ok=True)
    shutil.copyfile(published / generation.path, copy)
    copy.chmod(0o644)
    sync(copy)
    copy.replace(published / FILE)
    sync(published)
    reached("publish.copied", generation=generation.generation)


def write_whole(path: Path, text: str) -> None:
    """Write a small file so that a reader sees the old or the new text, never a part."""
    draft = path.with_name(f".{path.name}.new")
    draft.write_text(text)
    sync(draft)
    draft.replace(path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Have the operating system write a file or folder to its disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def prune(published: Path, keep: str) -> None:
    """Remove all but the newest three generations, never the one to keep, and what a broken run left behind."""
    folder = published / "generations"
    old = [name for name in names(published) if name != keep][: -(KEPT - 1)]
    drafts = [each.name for each in folder.iterdir() if not (each / FACTS).exists()]
    for name in (*old, *drafts):
        shutil.rmtree(folder / name)


def keep_only(published: Path, generation: str) -> int:
    """Remove every other generation, with whatever was cut from it; return how many there were."""
    folder = published / "generations"
    others = [each for each in folder.iterdir() if each.name != generation]
    for each in others:
        shutil.rmtree(each)
    return len(others)


def roll_back(published: Path, to: str | None = None) -> Generation:
    """Make an older kept generation current: the one named, or the one before the current."""
    kept = names(published)
    if to is not None and to not in kept:
        raise ThroughlineError(f"expected a kept generation; found {to!r}. Kept: {', '.join(kept) or 'none'}.")
    if to is None:
        now = current(published)
        older = [name for name in kept if now is not None and name < now.generation]
        if not older:
            raise ThroughlineError(f"expected an older generation; found none. Kept: {', '.join(kept) or 'none'}.")
        to = older[-1]
    chosen = read_facts(published, to)
    make_current(published, chosen)
    reached("rollback.finished", generation=chosen.generation)
    return chosen
