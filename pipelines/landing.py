"""What lies in the landing folder: which files there are, what they claim to be and when they were delivered."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from pipelines.contract import ENTITIES
from pipelines.errors import MappingError, did_you_mean
from pipelines.mapping import SUFFIX, FileSpec, Mode, Strict, contract_spec, explain, mapping_id, read_mapping, to_utc

MANIFEST = "delivery.toml"
FORMATS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
    ".json": "json",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".xlsx": "xlsx",
}
NAME = re.compile(r"(?P<entity>[a-z][a-z_]*?)(?:[._-](?P<date>\d{4}-\d{2}-\d{2}(?:T\d{2}-?\d{2}-?\d{2}Z?)?))?")
DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:T(\d{2})[-:]?(\d{2})[-:]?(\d{2})Z?)?")


class EntityDelivery(Strict):
    """How one entity of a delivery differs from the rest of it."""

    delivery: Mode


class Manifest(Strict):
    """``delivery.toml``: what the folder that it lies in was delivered as."""

    source: str = Field(default="platform", pattern=r"^[a-z][a-z0-9_]*$")
    delivered_at: datetime | None = None
    delivery: Mode = "changes"
    synthetic: bool = False
    entities: dict[str, EntityDelivery] = Field(default_factory=dict)


@dataclass(frozen=True)
class LandedFile:
    """A file to ingest; ``refusal`` says why it cannot be, where that is known before its bytes are read.

    ``is_synthetic`` is what the manifest declares; pages say so.
    """

    path: Path
    name: str
    source: str
    delivered_at: datetime
    is_declared: bool
    spec: FileSpec | None
    refusal: str | None = None
    is_synthetic: bool = False

    @property
    def mapping_id(self) -> str:
        """Digest of source, mapping and declared delivery."""
        declared = self.delivered_at.isoformat() if self.is_declared else ""
        return mapping_id(f"{self.source} {declared} {self.refusal}", self.spec or FileSpec.model_construct())


def format_of(path: Path) -> str | None:
    """Return the format that the file's ending claims, looking through ``.gz``; None where it is no data."""
    name = path.name.removesuffix(".gz") if path.name.endswith((".csv.gz", ".tsv.gz", ".ndjson.gz")) else path.name
    return FORMATS.get(Path(name).suffix.lower())


def landed_files(folder: Path, mappings: tuple[Path, ...] = ()) -> list[LandedFile]:
    """Return every data file below ``folder``, and those of the mappings named, in order of delivery.

    A mapping file next to the data takes the files that its patterns match; what is left is recognised by name.
    """
    taken: dict[Path, LandedFile] = {}
    for mapping in sorted({*mappings, *(folder.rglob(f"*{SUFFIX}") if folder.is_dir() else ())}):
        for landed in mapped_files(mapping, folder):
            taken.setdefault(landed.path, landed)
    if folder.is_dir():
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.name.startswith(".") and path not in taken and format_of(path):
                taken[path] = recognised_file(path, folder)
    return sorted(taken.values(), key=lambda landed: (landed.delivered_at, landed.name))


def mapped_files(mapping_path: Path, folder: Path) -> Iterator[LandedFile]:
    """Yield the files that a mapping takes, or the mapping itself as refused."""
    try:
        mapping = read_mapping(mapping_path)
    except MappingError as error:
        yield refused(mapping_path, folder, str(error))
        return
    for spec in mapping.files:
        paths = sorted(mapping_path.parent.glob(spec.path))
        if not paths:
            yield refused(mapping_path, folder, f"{mapping_path.name}: path {spec.path!r}: expected a file; found none")
        for path in paths:
            declared = spec.delivered_at or by_pattern(spec, path) or mapping.delivered_at
            yield LandedFile(
                path,
                display_name(path, folder),
                mapping.source,
                to_utc(declared) if declared else landing_time(path),
                declared is not None,
                spec,
            )


def by_pattern(spec: FileSpec, path: Path) -> datetime | None:
    """Return the delivery time that the mapping's pattern finds in the file's name."""
    found = re.search(spec.delivered_at_pattern, path.name) if spec.delivered_at_pattern else None
    return moment_in(found.group(1)) if found else None


def recognised_file(path: Path, folder: Path) -> LandedFile:
    """Recognise a file in the contract's layout by its name and the manifest beside it."""
    name = display_name(path, folder)
    found = NAME.fullmatch(path.name.split(".gz")[0].rsplit(".", 1)[0])
    entity = found.group("entity") if found else path.stem
    try:
        manifest = manifest_of(path.parent)
    except MappingError as error:
        return refused(path, folder, str(error))
    if entity not in ENTITIES:
        return refused(
            path,
            folder,
            f"expected the name of a contract entity or a mapping file; found {path.name!r} "
            f"({did_you_mean(entity, list(ENTITIES))}). Rename the file or write a mapping for it.",
        )
    declared = manifest.delivered_at or moment_in(found.group("date") if found else None) or moment_in(path.parent.name)
    mode = manifest.entities[entity].delivery if entity in manifest.entities else manifest.delivery
    return LandedFile(
        path,
        name,
        manifest.source,
        to_utc(declared) if declared else landing_time(path),
        declared is not None,
        contract_spec(entity, path.name, mode),
        is_synthetic=manifest.synthetic,
    )


@lru_cache(maxsize=512)
def parsed_manifest(path: Path, mtime_ns: int) -> Manifest:
    """Read a manifest once for each state of its file."""
    try:
        manifest = Manifest.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingError(f"{path.name}: expected TOML; found {error}. Mend the file and run again.") from error
    except ValidationError as error:
        raise MappingError(f"{path.name}: {'; '.join(explain(problem) for problem in error.errors())}") from error
    for entity in manifest.entities:
        if entity not in ENTITIES:
            raise MappingError(f"{path.name}: entity {entity!r} is unknown; {did_you_mean(entity, list(ENTITIES))}")
    return manifest


def manifest_of(folder: Path) -> Manifest:
    """Return the folder's manifest, or the defaults where it has none."""
    path = folder / MANIFEST
    return parsed_manifest(path, path.stat().st_mtime_ns) if path.exists() else Manifest()


def refused(path: Path, folder: Path, reason: str) -> LandedFile:
    """Return a landed file that cannot be read, with the reason."""
    return LandedFile(path, display_name(path, folder), "unknown", landing_time(path), False, None, reason)


def display_name(path: Path, folder: Path) -> str:
    """Return the file's name as messages and the ledger show it: relative to the landing folder where it lies there."""
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name


def landing_time(path: Path) -> datetime:
    """Return when the file landed, in UTC: the delivery time of last resort."""
    return datetime.fromtimestamp(int(path.stat().st_mtime), UTC).replace(tzinfo=None)


def moment_in(text: str | None) -> datetime | None:
    """Return the moment that a name such as ``2026-01-31`` or ``2026-01-31T060000Z`` states."""
    found = DATE.fullmatch(text) if text else None
    parts: list[Any] = [int(part) for part in found.groups() if part] if found else []
    try:
        return datetime(*parts) if parts else None
    except ValueError:
        return None
