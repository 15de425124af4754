"""What the raw tables must satisfy before dbt reads them: the contract, and each entity's own rules.

An entity with rules that the contract cannot say has a module of its name here, with a function ``rules``.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from expectations.border_in import contract
from pipelines.contract import Entity


def expectations(entity: Entity) -> list[Any]:
    """Return everything that is expected of one entity's rows."""
    own = f"{__name__}.{entity.name}"
    rules = import_module(own).rules(entity) if find_spec(own) else []
    return [*contract.rules(entity), *rules]
