"""What the new file must satisfy before it becomes current; any critical failure keeps the old one.

Each mart has a module of its name here with its ``KEY`` and, where sums must agree, ``rules``. The rest follows from
the names of its columns, which is why the names of the house carry role and unit. What dbt tests is not repeated.
"""

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from expectations.border_out import conventions


@dataclass(frozen=True)
class Mart:
    """A published table as the file's catalogue shows it: column -> type, in order."""

    name: str
    columns: dict[str, str]


def expectations(mart: Mart) -> list[Any]:
    """Return everything that is expected of one mart; one that has no module here is held to the conventions."""
    name = f"{__name__}.{mart.name}"
    own = import_module(name) if find_spec(name) else None
    key = getattr(own, "KEY", ())
    rules = own.rules() if own and hasattr(own, "rules") else []
    return [*conventions.rules(mart.columns, key), *rules]
