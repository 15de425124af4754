"""What lies in the landing folder: which files there are, what they claim to be and when they were delivered."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pipelines.contract import ENTITIES
from pipelines.declared import path_problems, to_utc
from pipelines.errors import MappingError, did_you_mean
from pipelines.folders import files_below, is_aside, landing_time, manifest_of, moment_in, place, printable
from pipelines.mapping import SUFFIX, FileSpec, Mapping, contract_spec, mapping_id, read_mapping, read_toml

FORMATS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
    ".json": "json",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".xlsx": "xlsx",
}
NAME = re.compile(r"(?P<entity>[a-z][a-z_]*?)(?:[._-](?P<date>\d{4}-?\d{2}-?\d{2}(?:T\d{2}-?\d{2}-?\d{2}Z?)?))?")


@dataclass(frozen=True)
class LandedFile:
    """A file to ingest; ``refusal`` says why it cannot be, where that is known before its bytes are read.

    ``is_held`` where the file waits for a wrong mapping to be mended; ``is_below`` where it lies in the landing folder.
    ``is_synthetic`` is what the manifest declares; pages say so.
    ``feed`` tells the feeds of one source and entity apart: the path of the mapping.
    """

    path: Path
    name: str
    source: str
    delivered_at: datetime
    is_declared: bool
    spec: FileSpec | None
    refusal: str | None = None
    is_synthetic: bool = False
    is_held: bool = False
    is_below: bool = False
    feed: str = ""

    @property
    def location(self) -> str:
        """The path as the ledger stores it: below the landing folder, which may move; whole where it lies elsewhere."""
        return self.name if self.is_below else printable(str(self.path))

    @property
    def mapping_id(self) -> str:
        """Digest of source, mapping and declared delivery."""
        declared = self.delivered_at.isoformat() if self.is_declared else ""
        return mapping_id(f"{self.source} {declared} {self.refusal}", self.spec or FileSpec.model_construct())


@dataclass(frozen=True)
class Claim:
    """A file that a block of a mapping takes; ``is_last_resort`` yields to the claim of any other."""

    block: str
    landed: LandedFile
    is_last_resort: bool = False


def format_of(path: Path) -> str | None:
    """Return the format that the file's ending claims, looking through ``.gz`` on text; None where it is no data."""
    name = path.name.lower()
    format = FORMATS.get(Path(name.removesuffix(".gz")).suffix)
    return None if name.endswith(".gz") and format in ("parquet", "xlsx") else format


def landed_files(folder: Path, mappings: tuple[Path, ...] = (), *, mapped_only: bool = False) -> list[LandedFile]:
    """Return every data file below ``folder``, and those of the mappings named, or those alone, in order of delivery.

    A mapping file next to the data takes the files that its patterns match; what is left is recognised by name.
    """
    walked = {} if mapped_only else {place(path): path for path in files_below(folder)}
    claims: dict[Path, dict[str, Claim]] = {}
    for mapping in mappings_among([*mappings, *walked.values()], named=mappings):
        for claim in claims_of(mapping, folder):
            claims.setdefault(place(claim.landed.path), {}).setdefault(claim.block, claim)
    taken = {where: settled(list(each.values()), folder) for where, each in claims.items()}
    for where, path in walked.items():
        if where not in {*taken, *map(place, mappings)} and not is_aside(path, is_data=format_of(path) is not None):
            taken[where] = recognised_file(path, folder)
    return sorted(
        (readable(each, folder) for each in taken.values()), key=lambda landed: (landed.delivered_at, landed.name)
    )


def mappings_among(paths: Iterable[Path], named: tuple[Path, ...]) -> list[Path]:
    """Return the mapping files among the paths, each once; raise MappingError where one that was named is none."""
    for path in named:
        if not path.is_file():
            raise MappingError(f"{path}: expected a mapping file; found none.")
    found = {place(path): path for path in paths if path in named or (path.name.endswith(SUFFIX) and path.is_file())}
    return sorted(found.values())


def claims_of(mapping_path: Path, folder: Path) -> Iterator[Claim]:
    """Yield the files that a mapping takes; those of a wrong one are held back, so that nothing else reads them."""
    name = display_name(mapping_path, folder)
    try:
        mapping = read_mapping(mapping_path)
    except MappingError as error:
        yield Claim(name, refused(mapping_path, folder, str(error)))
        patterns = patterns_in(mapping_path)
        for pattern in patterns or ["**/*"]:
            for path in matches(mapping_path, pattern):
                reason = f"held back until {name} is mended: that mapping is wrong and takes it."
                held = refused(path, folder, reason, mapping_path.parent)
                yield Claim(name, replace(held, is_held=True), is_last_resort=not patterns)
        return
    for number, spec in enumerate(mapping.files):
        block = f"{name} files[{number}]"
        paths = matches(mapping_path, spec.path)
        if not paths:
            yield Claim(
                block, refused(mapping_path, folder, f"{block}: path {spec.path!r}: expected a file; found none.")
            )
        for path in paths:
            yield Claim(block, mapped_file(path, folder, mapping_path.parent, mapping, spec))


def patterns_in(mapping_path: Path) -> list[str]:
    """Return the paths that a wrong mapping names; empty where not all of them can be read."""
    try:
        files = read_toml(mapping_path)["files"]
        patterns = [block["path"] for block in files]
    except (MappingError, LookupError, TypeError):
        return []
    return patterns if all(isinstance(each, str) and not [*path_problems(each)] for each in patterns) else []


def matches(mapping_path: Path, pattern: str) -> list[Path]:
    """Return the files that a mapping's path names, exactly or as a pattern."""
    exact = mapping_path.parent / pattern
    if exact.is_file():
        return [exact]
    found = sorted(mapping_path.parent.glob(pattern))
    return [path for path in found if path.is_file() and not is_aside(path, is_data=format_of(path) is not None)]


def mapped_file(path: Path, folder: Path, base: Path, mapping: Mapping, spec: FileSpec) -> LandedFile:
    """Return a file as its mapping, in the folder ``base``, declares it."""
    try:
        declared = spec.delivered_at or by_pattern(spec, path) or mapping.delivered_at
    except MappingError as error:
        return refused(path, folder, str(error), base)
    return LandedFile(
        path,
        display_name(path, folder, base),
        mapping.source,
        to_utc(declared) if declared else landing_time(path),
        declared is not None,
        spec,
        is_below=path.is_relative_to(folder),
        feed=spec.path,
    )


def by_pattern(spec: FileSpec, path: Path) -> datetime | None:
    """Return the delivery time that the mapping's pattern finds in the file's name; raise where it finds none."""
    if spec.delivered_at_pattern is None:
        return None
    found = re.search(spec.delivered_at_pattern, path.name)
    moment = moment_in(found.group(1)) if found else None
    if moment is None:
        raise MappingError(
            f"expected a date such as 2026-01-31 or 20260131 where delivered_at_pattern {spec.delivered_at_pattern!r} "
            f"looks for it in the name; found {found.group(1) if found else None!r}."
        )
    return moment


def settled(claims: list[Claim], folder: Path) -> LandedFile:
    """Return the one landed file that the claims on a path make: several blocks that take it are a refusal."""
    claims = [each for each in claims if not each.is_last_resort] or claims
    first = claims[0].landed
    held = [each.landed for each in claims if each.landed.is_held]
    if len(claims) == 1 or held:
        return held[0] if held else first
    if first.path.name.endswith(SUFFIX) and first.spec is None:
        return replace(first, refusal=" ".join(each.landed.refusal or "" for each in claims))
    blocks = " and ".join(each.block for each in claims)
    reason = f"expected one block of one mapping that takes the file; found {blocks}."
    return replace(refused(first.path, folder, reason), name=first.name)


def readable(landed: LandedFile, folder: Path) -> LandedFile:
    """Return the file, refused where its name is no text."""
    if printable(str(landed.path)) == str(landed.path):
        return landed
    return refused(landed.path, folder, f"expected a path in UTF-8; found {landed.location!r}. Rename the file.")


def recognised_file(path: Path, folder: Path) -> LandedFile:
    """Recognise a file in the contract's layout by its name and the manifest beside it."""
    if not path.is_file():
        return refused(path, folder, "expected a file or folder that can be opened; found one that cannot.")
    if format_of(path) is None:
        known = ", ".join(ending.removeprefix(".") for ending in FORMATS)
        return refused(path, folder, f"expected a data file ({known}; text also as .gz); found {path.name!r}.")
    stem = re.sub(r"\.gz$", "", path.name, flags=re.IGNORECASE).rsplit(".", 1)[0]
    found = NAME.fullmatch(stem)
    entity = found.group("entity") if found else stem
    if entity not in ENTITIES:
        return refused(
            path,
            folder,
            f"expected the name of a contract entity or a mapping file; found {path.name!r} "
            f"({did_you_mean(entity, list(ENTITIES))}). Rename the file or write a mapping for it.",
        )
    try:
        manifest = manifest_of(path.parent)
        named = moment_in(found.group("date") if found else None)
        declared = manifest.delivered_at or named or moment_in(path.parent.name)
    except MappingError as error:
        return refused(path, folder, str(error))
    mode = manifest.entities[entity].delivery if entity in manifest.entities else manifest.delivery
    return LandedFile(
        path,
        display_name(path, folder),
        manifest.source,
        to_utc(declared) if declared else landing_time(path),
        declared is not None,
        contract_spec(entity, path.name, mode),
        is_synthetic=manifest.synthetic,
        is_below=path.is_relative_to(folder),
    )


def refused(path: Path, folder: Path, reason: str, base: Path | None = None) -> LandedFile:
    """Return a landed file that cannot be read, with the reason; ``base`` is the folder of a mapping that takes it."""
    name, is_below = display_name(path, folder, base or path.parent), path.is_relative_to(folder)
    return LandedFile(path, name, "unknown", landing_time(path), False, None, reason, is_below=is_below)


def display_name(path: Path, *folders: Path) -> str:
    """Return the file's name as messages and the ledger show it, relative to the first of the folders that holds it."""
    below = (path.relative_to(each) for each in folders if path.is_relative_to(each))
    return printable(next(below, Path(path.name)).as_posix())
