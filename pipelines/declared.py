"""Whether single words of a mapping can be followed: paths, patterns, dates, formats, constants."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import PurePosixPath
from typing import Annotated, Any

import duckdb
from pydantic import BeforeValidator

from pipelines.contract import Column

LONGEST_NAME, LONGEST_PATH = 255, 1000
"""What file systems hold: bytes in a name, and characters that a mapping's path may have."""


def to_utc(moment: datetime) -> datetime:
    """Return the moment in UTC without an offset; one without an offset is UTC already."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def declared_moment(value: Any) -> Any:
    """Refuse numbers, which would count seconds from 1970, and moments that have no UTC."""
    try:
        if isinstance(value, str):
            value = iso_moment(value)
        if not isinstance(value, date) or (isinstance(value, datetime) and not to_utc(value)):
            raise ValueError
    except (ValueError, OverflowError) as error:
        raise ValueError(f"expected a time such as 2026-01-31T12:00:00Z; found {value!r}") from error
    return value


Moment = Annotated[datetime, BeforeValidator(declared_moment)]
"""A moment that a mapping or a manifest declares."""


def path_problems(path: str) -> Iterator[str]:
    """Yield why a path does not name files beside the mapping or below."""
    parts = PurePosixPath(path).parts
    if not parts or parts[0] == "/" or ".." in parts or "\\" in path or "\0" in path:
        yield f"path: expected one below the mapping's folder, such as 'exports/*.csv'; found {path!r}"
    elif len(path) > LONGEST_PATH or any(len(part.encode()) > LONGEST_NAME for part in parts):
        yield f"path: expected at most {LONGEST_PATH} characters, {LONGEST_NAME} bytes a name; found {len(path)}"
    elif any("**" in part and part != "**" for part in parts):
        yield f"path: expected '**' to stand for whole folders; found {path!r}"


def pattern_problems(pattern: str | None) -> Iterator[str]:
    """Yield why a pattern finds no date."""
    try:
        if pattern is not None and re.compile(pattern).groups != 1:
            yield "delivered_at_pattern: expected one group around the date"
    except (re.error, OverflowError, RecursionError) as error:
        yield f"delivered_at_pattern: expected a regular expression; found {pattern!r} ({error})"


def is_iso_date(text: str) -> bool:
    """Say whether the text is a date such as 2026-01-31."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def is_time_format(text: str) -> bool:
    """Say whether the warehouse can parse times by this format."""
    try:
        with duckdb.connect() as connection:
            connection.execute("select try_strptime('', [?]::varchar[])", [text])
    except duckdb.Error:
        return False
    return "%" in text


def is_of_type(column: Column, value: str | int | float | bool) -> bool:
    """Say whether a constant is of the column's type; codes are text: 01.0101 is not 1.0101."""
    if column.type == "boolean" or isinstance(value, bool):
        return column.type == "boolean" and isinstance(value, bool)
    if column.type == "text":
        return not isinstance(value, float)
    if column.type == "integer":
        return isinstance(value, int)
    if column.type == "decimal":
        return not isinstance(value, str) and round(value, 2) == value and abs(value) < 10**10
    try:
        is_day = column.type == "timestamp" or (isinstance(value, str) and is_iso_date(value))
        return isinstance(value, str) and is_day and bool(to_utc(iso_moment(value)))
    except (ValueError, OverflowError):
        return False


def constant(column: Column, value: str | int | float | bool) -> str | int | float | bool:
    """Return a constant as the warehouse is to read it: a moment in UTC, anything else as it is."""
    if column.type == "timestamp" and isinstance(value, str):
        return to_utc(iso_moment(value)).isoformat(sep=" ")
    return value


def iso_moment(text: str) -> datetime:
    """Return the moment of an ISO text; raise ValueError where it is none."""
    return datetime.fromisoformat(text)
