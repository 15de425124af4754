"""The kinds of dirt that the contract names, each as a small change of a clean row.

A third of the kinds needs text (a typed file cannot hold them); no kind makes a whole file unreadable.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Literal

from pipelines.contract import Column, Entity, Type

Fate = Literal["quarantined", "unchanged", "loaded"]
Row = dict[str, Any]


class NotApplicableError(Exception):
    """A kind of dirt cannot be planted into this entity."""


def _first(entity: Entity, fits: Callable[[Column], bool]) -> Column:
    for column in entity.columns:
        if column.name != "updated_at" and fits(column):
            return column
    raise NotApplicableError(entity.name)


def _of_type(*types: Type) -> Callable[[Column], bool]:
    return lambda column: column.type in types and not column.key


def key_column(entity: Entity) -> Column:
    """Return the key column that gets a new value, so that a planted row stands beside the clean ones."""
    own = [column for column in entity.columns if column.key and column.type == "text" and column.name != "system"]
    free = [column for column in own if not column.references and not column.values]
    return free[0] if free else own[0]


def _replaced(column: Column, value: Any) -> tuple[str, Row]:
    return column.name, {column.name: value}


def bad_timestamp(entity: Entity, row: Row, turn: int) -> tuple[str, Row]:
    """A moment that is none."""
    return _replaced(_first(entity, _of_type("timestamp")), ("2025-02-31 25:61:00", "31/12/25", "soon")[turn % 3])


def bad_integer(entity: Entity, row: Row, turn: int) -> tuple[str, Row]:
    """A number that a lenient reader would round or expand."""
    return _replaced(_first(entity, _of_type("integer")), ("1.6", "1e2", "three")[turn % 3])


def bad_decimal(entity: Entity, row: Row, turn: int) -> tuple[str, Row]:
    """An amount with a letter, a currency or a second point."""
    return _replaced(_first(entity, _of_type("decimal")), ("12o.50", "US$ 450", "1.250.00")[turn % 3])


def year_out_of_range(entity: Entity, row: Row, turn: int) -> tuple[str, Row]:
    """A date of no use: a sentinel, or a word that databases accept."""
    texts = ("1899-12-30T00:00:00Z", "99999-01-01T00:00:00Z", "infinity", "epoch")
    return _replaced(_first(entity, _of_type("timestamp")), texts[turn % 4])


def disallowed_value(entity: Entity, row: Row, turn: int) -> tuple[str, Row]:
    """A word that the contract does not list."""
    return _replaced(_first(entity, lambda column: bool(column.values) and not column.key), "other (see notes)")


def missing_required(entity: Entity, row: Row, turn: int) -> tuple[str, Row]:
    """Nothing where something must stand."""
    return _replaced(_first(entity, lambda column: column.required and not column.key), None)


def out_of_bounds(entity: Entity, row: Row, turn: int) -> tuple[str, Row]:
    """A number beyond what the contract allows."""
    column = _first(entity, lambda each: each.type == "integer" and each.maximum is not None and not each.key)
    return _replaced(column, int(column.maximum or 0) + 4)


def in_the_future(entity: Entity, row: Row, turn: int) -> tuple[str, Row]:
    """Something that happened after it was delivered."""
    column = _first(entity, lambda each: each.type == "timestamp" and not each.planned and row[each.name] is not None)
    return _replaced(column, row["_delivered_at"] + timedelta(days=200 + turn % 100))


def orphan(entity: Entity, row: Row, turn: int) -> tuple[str, Row]:
    """A reference to something that was never delivered."""
    column = _first(entity, lambda each: each.references is not None and not each.key and each.required)
    return _replaced(column, f"MISSING{turn:05d}")


def fee_under_floor(entity: Entity, row: Row, turn: int) -> tuple[str, Row]:
    """A project that pays three dollars an hour."""
    return "fee_usd", {
        "fee_usd": Decimal(row["hours_estimated"] * 3),
        "platform_fee_usd": Decimal(0),
        "parent_project_id": None,
    }


def selected_before_applied(entity: Entity, row: Row, turn: int) -> tuple[str, Row]:
    """A selection that stands before the application."""
    if row["event_type"] != "selected":
        raise NotApplicableError(entity.name)
    return "occurred_at", {"occurred_at": row["occurred_at"] - timedelta(days=90)}


def conflicting(entity: Entity, row: Row, turn: int) -> tuple[str, Row]:
    """The same key again, with different content."""
    column = _first(
        entity, lambda each: each.type in ("timestamp", "date") and row[each.name] is not None and not each.key
    )
    return "", {column.name: row[column.name] - timedelta(days=3)}


def exact_repeat(entity: Entity, row: Row, turn: int) -> tuple[str, Row]:
    """The same row again."""
    return "", {}


def wrong_field_count(entity: Entity, row: Row, turn: int) -> tuple[str, Row]:
    """A line with a field too many or too few."""
    return "", {}


@dataclass(frozen=True)
class Kind:
    """One kind of dirt: how it is made, what becomes of it, and where it surely occurs."""

    name: str
    make: Callable[[Entity, Row, int], tuple[str, Row]]
    fate: Fate
    home: str
    needs_text: bool = False
    keeps_key: bool = False
    only_home: bool = False


KINDS = (
    Kind("bad timestamp", bad_timestamp, "quarantined", "application_events", needs_text=True),
    Kind("bad integer", bad_integer, "quarantined", "application_events", needs_text=True),
    Kind("bad decimal", bad_decimal, "quarantined", "costs", needs_text=True),
    Kind("year out of range", year_out_of_range, "quarantined", "applications", needs_text=True),
    Kind("wrong number of fields", wrong_field_count, "quarantined", "application_events", needs_text=True),
    Kind("disallowed value", disallowed_value, "quarantined", "applications"),
    Kind("missing required", missing_required, "quarantined", "applications"),
    Kind("out of bounds", out_of_bounds, "quarantined", "feedback"),
    Kind("in the future", in_the_future, "quarantined", "application_events"),
    Kind("duplicate key", conflicting, "quarantined", "applications", keeps_key=True),
    Kind("exact repeat", exact_repeat, "unchanged", "application_events", keeps_key=True),
    Kind("orphan", orphan, "loaded", "applications", only_home=True),
    Kind("fee under floor", fee_under_floor, "loaded", "projects", only_home=True),
    Kind("selected before applied", selected_before_applied, "loaded", "application_events", only_home=True),
)
