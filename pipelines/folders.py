"""What a landing folder says about its files: which there are, and what their manifest and their names declare."""

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path

from pydantic import Field, ValidationError

from pipelines.contract import ENTITIES
from pipelines.declared import Moment
from pipelines.errors import MappingError, did_you_mean
from pipelines.mapping import SUFFIX, Mode, Strict, explain_all, read_toml

MANIFEST = "delivery.toml"
DOCUMENTS = ("README*", "SOURCE*", "LICENSE*", "NOTICE*", "*.md", "Thumbs.db", "desktop.ini")
"""Names of what may lie beside data without being data, where their ending is not one of data."""
DATE = re.compile(r"(\d{4})(-?)(\d{2})\2(\d{2})(?:T(\d{2})[-:]?(\d{2})[-:]?(\d{2})Z?)?")


class EntityDelivery(Strict):
    """How one entity of a delivery differs from the rest of it."""

    delivery: Mode


class Manifest(Strict):
    """``delivery.toml``: what the folder that it lies in was delivered as."""

    source: str = Field(default="platform", pattern=r"^[a-z][a-z0-9_]*$")
    delivered_at: Moment | None = None
    delivery: Mode = "changes"
    synthetic: bool = False
    entities: dict[str, EntityDelivery] = Field(default_factory=dict)


def manifest_of(folder: Path) -> Manifest:
    """Return the folder's manifest, or the defaults where it has none; raise MappingError where it is wrong."""
    path = folder / MANIFEST
    return parsed_manifest(path, path.stat().st_mtime_ns) if path.exists() else Manifest()


@lru_cache(maxsize=512)
def parsed_manifest(path: Path, mtime_ns: int) -> Manifest:
    """Read a manifest once for each state of its file."""
    try:
        manifest = Manifest.model_validate(read_toml(path))
    except ValidationError as error:
        raise MappingError(f"{path.name}: {explain_all(error)}") from error
    for entity in manifest.entities:
        if entity not in ENTITIES:
            raise MappingError(f"{path.name}: entity {entity!r} is unknown; {did_you_mean(entity, list(ENTITIES))}")
    return manifest


def files_below(folder: Path) -> Iterator[Path]:
    """Yield every file below the folder that is not hidden, and links and folders that cannot be followed.

    Linked folders are followed, each folder once, and none that holds the landing folder itself.
    """
    start, seen = folder.resolve(), set[Path]()
    closed: list[OSError] = []
    for root, folders, names in os.walk(folder, followlinks=True, onerror=closed.append):
        real = Path(root).resolve()
        if real in seen or (real != start and start.is_relative_to(real)):
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(
            (name for name in folders if not name.startswith(".")),
            key=lambda name: (os.path.islink(os.path.join(root, name)), name),
        )
        paths = (Path(root) / name for name in sorted(names) if not name.startswith("."))
        yield from (path for path in paths if path.is_file() or path.is_symlink())
    yield from (Path(error.filename) for error in closed if Path(error.filename) != folder)


def is_aside(path: Path, *, is_data: bool) -> bool:
    """Say whether the file is no data by its name: hidden, a manifest, a mapping or, unless ``is_data``, a document."""
    if path.name.startswith(".") or path.name == MANIFEST or path.name.endswith(SUFFIX):
        return True
    return not is_data and any(fnmatchcase(path.name, pattern) for pattern in DOCUMENTS)


def place(path: Path) -> Path:
    """Return the path by its real folder, the same for every way that leads there."""
    return path.parent.resolve() / path.name


def printable(text: str) -> str:
    """Return the text with undecodable bytes escaped, so that it can be shown and stored."""
    return os.fsencode(text).decode("utf-8", "backslashreplace")


def landing_time(path: Path) -> datetime:
    """Return when the file landed, in UTC: the delivery time of last resort."""
    try:
        landed = int(path.lstat().st_mtime if path.is_symlink() and not path.exists() else path.stat().st_mtime)
        return datetime.fromtimestamp(landed, UTC).replace(tzinfo=None)
    except (OSError, OverflowError, ValueError):
        return datetime(1970, 1, 1)


def moment_in(text: str | None) -> datetime | None:
    """Return the moment that a name such as ``2026-01-31``, ``20260131`` or ``2026-01-31T060000Z`` states.

    None where it is not of that form; raises MappingError where it is, but no such day exists.
    """
    found = DATE.fullmatch(text) if text else None
    if found is None:
        return None
    year, _, month, day, *clock = found.groups()
    hour, minute, second = (int(part or 0) for part in clock)
    try:
        return datetime(int(year), int(month), int(day), hour, minute, second)
    except ValueError as error:
        raise MappingError(f"expected a date such as 2026-01-31 or 20260131 in the name; found {text!r}.") from error
