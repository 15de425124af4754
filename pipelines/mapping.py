"""Mapping files: how a foreign export becomes contract entities, said in TOML and checked before a row is read."""

import codecs
import hashlib
import re
import reprlib
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipelines.contract import ENTITIES, EXAMPLES, Entity
from pipelines.declared import (
    Moment,
    is_iso_date,
    is_of_type,
    is_time_format,
    path_problems,
    pattern_problems,
)
from pipelines.errors import MappingError, did_you_mean

Mode = Literal["changes", "snapshot", "events"]
SUFFIX = ".mapping.toml"


class Strict(BaseModel):
    """A frozen model that refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Dialect(Strict):
    """How the file writes its values; nothing of it is guessed."""

    format: Literal["csv", "tsv", "parquet", "json", "ndjson", "xlsx"] | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    encoding: str = "utf-8"
    decimal_mark: Literal[".", ","] = "."
    thousands_mark: Literal["", ".", ",", " ", "'"] = ""
    currency: str = ""
    date_formats: tuple[str, ...] = ()
    timestamp_formats: tuple[str, ...] = ()
    epoch: Literal["seconds", "milliseconds"] | None = None
    timezone: str = "UTC"
    null_words: tuple[str, ...] = ("",)
    sentinel_dates: tuple[str, ...] = ()
    true_words: tuple[str, ...] = ("true", "t", "yes", "y", "1")
    false_words: tuple[str, ...] = ("false", "f", "no", "n", "0")
    sheet: str | int = 0


class FieldSource(Strict):
    """Where a contract field comes from: one column, a template, or the first or last event of a case."""

    column: str | None = None
    template: str | None = None
    first: str | None = None
    last: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _accept_plain_column(cls, value: Any) -> Any:
        return {"column": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _hold_exactly_one(self) -> "FieldSource":
        if sum(each is not None for each in (self.column, self.template, self.first, self.last)) != 1:
            raise ValueError("expected exactly one of column, template, first, last")
        if self.template == "":
            raise ValueError("template: expected text such as '{case}-{number}'; found none")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """Source columns that the field needs."""
        if self.template is not None:
            return tuple(re.findall(r"\{([^{}]+)\}", self.template))
        return tuple(each for each in (self.column, self.first, self.last) if each is not None)


class Activity(Strict):
    """What an activity of an event log means in the contract's words."""

    event_type: str
    rank: int


class EventLog(Strict):
    """The columns that make a file an event log, and what its activities mean."""

    case: str
    activity: str
    time: str
    order: str | None = None
    activities: dict[str, Activity]


class EntitySpec(Strict):
    """How one entity is fed from a file; ``fields`` None means the contract's own column names."""

    fields: dict[str, FieldSource] | None = None
    constants: dict[str, str | int | float | bool] = {}
    values: dict[str, dict[str, str | int | bool]] = {}


class FileSpec(Strict):
    """One input file, or every file that matches a pattern."""

    path: str
    delivery: Mode = "changes"
    correction: Literal["by_name"] | None = None
    delivered_at: Moment | None = None
    delivered_at_pattern: str | None = None
    dialect: Dialect = Dialect()
    event_log: EventLog | None = None
    entities: dict[str, EntitySpec] = Field(min_length=1)


class Mapping(Strict):
    """A whole mapping file."""

    source: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    delivered_at: Moment | None = None
    files: tuple[FileSpec, ...] = Field(min_length=1)


def read_mapping(path: Path) -> Mapping:
    """Read and check a mapping file; raise MappingError naming the file, the key and the nearest valid name."""
    try:
        mapping = Mapping.model_validate(read_toml(path))
    except ValidationError as error:
        raise MappingError(f"{path.name}: {explain_all(error)}") from error
    for number, spec in enumerate(mapping.files):
        for problem in problems(spec):
            raise MappingError(f"{path.name}: files[{number}] ({spec.path}): {problem}")
    return mapping


def read_toml(path: Path) -> dict[str, Any]:
    """Return what a TOML file says; raise MappingError where it cannot be read or is no TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise MappingError(f"{path.name}: expected a file that can be read; found none ({error.strerror}).") from error
    except (ValueError, RecursionError) as error:
        raise MappingError(f"{path.name}: expected TOML; found {error}. Mend the file and run again.") from error


def explain_all(error: ValidationError) -> str:
    """Say every problem that pydantic found; a list that is too short for the problems of its parts alone is none."""
    found = error.errors()
    parts = [problem["loc"] for problem in found]
    return "; ".join(
        explain(problem)
        for problem in found
        if problem["type"] != "too_short" or not any(loc[:-1][: len(problem["loc"])] == problem["loc"] for loc in parts)
    )


def explain(problem: Any) -> str:
    """Say a pydantic problem in a line: key, what was expected and found, for unknown keys the nearest valid one."""
    where = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "missing":
        return f"key {where!r}: expected a value; found none"
    if problem["type"] == "value_error":
        return f"key {where!r}: {problem['msg'].removeprefix('Value error, ')}"
    if problem["type"] != "extra_forbidden":
        return f"key {where!r}: expected {expectation(problem['msg'])}; found {reprlib.repr(problem['input'])}"
    models: tuple[type[BaseModel], ...] = (Mapping, FileSpec, Dialect, EventLog, EntitySpec, FieldSource, Activity)
    known = sorted({name for model in models for name in model.model_fields})
    return f"key {where!r} is unknown; {did_you_mean(str(problem['loc'][-1]), known)}"


def expectation(message: str) -> str:
    """Return what pydantic expected, out of a message such as "Input should be a valid string"."""
    return re.sub(r"^[A-Z][a-z]+ should ", "it to ", message).removeprefix("it to be ")


def problems(spec: FileSpec) -> list[str]:
    """Return what is wrong with a file's mapping, seen against the contract."""
    found: list[str] = []
    for name, entity_spec in spec.entities.items():
        if name not in ENTITIES:
            found.append(f"entity {name!r} is not in the contract; {did_you_mean(name, list(ENTITIES))}")
            continue
        found += [f"entities.{name}: {each}" for each in entity_problems(ENTITIES[name], entity_spec, spec)]
    return [*found, *path_problems(spec.path), *pattern_problems(spec.delivered_at_pattern)] + [
        f"dialect.{each}" for each in dialect_problems(spec.dialect)
    ]


def dialect_problems(dialect: Dialect) -> Iterator[str]:
    """Yield what of a dialect no reader could follow."""
    if dialect.delimiter is not None and dialect.delimiter in '"\r\n\0':
        yield f"delimiter: expected one such as ';' or a tab; found {dialect.delimiter!r}"
    try:
        "".encode(dialect.encoding)
        codecs.getincrementaldecoder(dialect.encoding)
    except (LookupError, ValueError):
        yield f"encoding: expected one such as utf-8 or latin-1; found {dialect.encoding!r}"
    try:
        ZoneInfo(dialect.timezone)
    except (LookupError, ValueError, OSError):
        yield f"timezone: expected one such as America/New_York; found {dialect.timezone!r}"
    for day in dialect.sentinel_dates:
        if not is_iso_date(day):
            yield f"sentinel_dates: expected {EXAMPLES['date']}; found {day!r}"
    for name in ("date_formats", "timestamp_formats"):
        for each in getattr(dialect, name):
            if not is_time_format(each):
                yield f"{name}: expected a format such as '%d/%m/%Y'; found {each!r}"


def entity_problems(entity: Entity, entity_spec: EntitySpec, spec: FileSpec) -> list[str]:
    """Return unknown fields, uncovered required fields and value words outside the contract."""
    names = [column.name for column in entity.columns]
    given = {**(entity_spec.fields or {}), **entity_spec.constants, **entity_spec.values}
    found = [f"field {each!r} is unknown; {did_you_mean(each, names)}" for each in given if each not in names]
    for name, value in entity_spec.constants.items() if not found else ():
        if not is_of_type(entity.column(name), value):
            found.append(f"constant {name!r}: expected {EXAMPLES[entity.column(name).type]}; found {value!r}")
    if found or entity_spec.fields is None:
        return found
    covered = {*entity_spec.fields, *entity_spec.constants, *event_fields(entity, spec)}
    for name in entity.required:
        if name not in covered:
            found.append(f"required field {name!r} has no column and no constant")
    words = {name: set(map(str, words.values())) for name, words in entity_spec.values.items()}
    words |= {name: {str(value)} for name, value in entity_spec.constants.items()}
    if spec.event_log is not None and "event_type" in names:
        words["event_type"] = {each.event_type for each in spec.event_log.activities.values()}
    for name, targets in words.items():
        allowed = entity.column(name).values
        for target in sorted(targets - set(allowed)) if allowed else ():
            found.append(f"value {target!r} of {name!r} is not allowed; {did_you_mean(target, list(allowed))}")
    aggregated = [name for name, source in entity_spec.fields.items() if source.first or source.last]
    if aggregated and spec.event_log is None:
        found.append(f"first and last (of {aggregated[0]!r}) need an event_log")
    return found


def event_fields(entity: Entity, spec: FileSpec) -> dict[str, FieldSource]:
    """Return the fields that an event log fills by itself in an entity of events."""
    log = spec.event_log
    if log is None or "event_type" not in [column.name for column in entity.columns]:
        return {}
    fields = {
        "event_type": FieldSource(column=log.activity),
        "source_stage": FieldSource(column=log.activity),
        "source_stage_rank": FieldSource(column=log.activity),
        "occurred_at": FieldSource(column=log.time),
    }
    return fields | ({"sequence": FieldSource(column=log.order)} if log.order else {})


def resolved_entity(name: str, spec: FileSpec) -> EntitySpec:
    """Return the entity's mapping with everything that the event log implies filled in."""
    entity_spec, log = spec.entities[name], spec.event_log
    implied = event_fields(ENTITIES[name], spec)
    if entity_spec.fields is None or not implied or log is None:
        return entity_spec
    words: dict[str, dict[str, str | int | bool]] = {
        "event_type": {word: each.event_type for word, each in log.activities.items()},
        "source_stage_rank": {word: each.rank for word, each in log.activities.items()},
    }
    return EntitySpec(
        fields=implied | entity_spec.fields,
        constants=entity_spec.constants,
        values=words | entity_spec.values,
    )


def contract_spec(entity: str, path: str, mode: Mode) -> FileSpec:
    """Return the mapping of a file in the contract's own layout."""
    return FileSpec(path=path, delivery=mode, entities={entity: EntitySpec()})


def mapping_id(source: str, spec: FileSpec) -> str:
    """Return a digest of all that decides how a file is read, so that a changed mapping is noticed."""
    return hashlib.sha256(f"{source}\n{spec.model_dump_json()}".encode()).hexdigest()[:16]
