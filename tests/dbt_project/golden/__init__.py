"""The golden marketplace: a few rows by hand, and what every metric must say of them.

Each module of this package is a family. Its ``CASES`` add rows to the one marketplace, on employers and students of
their own, so that families do not disturb each other; its ``EXPECTED`` says what a metric must be there, with the
arithmetic in a comment. as_of is 1 January 2026.
"""

from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from tests.dbt_project.marketplace import Marketplace


@dataclass(frozen=True)
class Expected:
    """What a metric must be under a filter, a MetricFlow template; None stands for NULL."""

    metric: str
    value: float | None
    where: str | None = None


def at_employer(employer_id: str) -> str:
    """Return the filter for one employer, in the marts that point to employers."""
    return f"{{{{ Entity('employer') }}}} = '{employer_id}'"


def by(dimension: str, value: str) -> str:
    """Return the filter for one value of a dimension, such as ``project__category``."""
    return f"{{{{ Dimension('{dimension}') }}}} = '{value}'"


def families() -> list[ModuleType]:
    """Return the modules of this package in the order of their names, the basics first."""
    names = sorted((each.name for each in iter_modules(__path__)), key=lambda name: (name != "basics", name))
    return [import_module(f"{__name__}.{name}") for name in names]


def marketplace() -> Marketplace:
    """Return all families' rows."""
    market = Marketplace()
    for family in families():
        for case in family.CASES:
            case(market)
    return market


def expectations() -> list[Expected]:
    """Return what all families expect."""
    return [expected for family in families() for expected in family.EXPECTED]
