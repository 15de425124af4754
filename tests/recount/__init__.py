"""Every metric counted again from the raw rows, in polars and plain Python.

No model of dbt_project is used here, only its seeds and the list of compared dimensions: rules are written anew, from
METRICS and the dictionary's words. A module of this package is a family; its functions marked ``@figure("metric")``
take the ``World`` and return the metric's value over everything, or None where its denominator is nothing.
``test_recount.py`` holds each of them against MetricFlow.
"""

from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules

from tests.recount.world import World

Figure = Callable[[World], float | None]
FIGURES: dict[str, Figure] = {}


def figure(name: str) -> Callable[[Figure], Figure]:
    """Mark a function as the independent count of a metric; a name counts once."""

    def mark(function: Figure) -> Figure:
        if name in FIGURES:
            raise ValueError(f"expected one count of {name}, found a second one in {function.__module__}")
        FIGURES[name] = function
        return function

    return mark


def figures_of(name: str) -> Figure:
    """Return the count of one metric."""
    return figures()[name]


def ratio(numerator: float | None, denominator: float | None) -> float | None:
    """Divide, or return None where there is nothing to divide by."""
    return None if not denominator or numerator is None else numerator / denominator


def figures() -> dict[str, Figure]:
    """Return the counts of all families."""
    for each in iter_modules(__path__):
        if each.name not in ("world",) and not each.name.startswith("test_"):
            import_module(f"{__name__}.{each.name}")
    return FIGURES
