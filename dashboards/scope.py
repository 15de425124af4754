"""What a page shows: whose rows, from which generation, under which filters."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from dashboards.database import Generation, Value
from dashboards.formats import word_text

Role = Literal["employer", "leadership"]

PERIODS: dict[str, int | None] = {"All time": None, "Last 12 months": 12, "Last 24 months": 24, "Last 36 months": 36}
"""Choice -> months before as_of."""

DIMENSIONS: dict[str, str] = {
    "term_label": "Term",
    "category": "Category",
    "school_type": "School type",
    "major_family": "Major family",
    "industry": "Industry",
}
"""Column -> word of the filters that pick values: the only columns that a filter may name."""

SENSITIVE = ("school_type",)
"""School-level facts: rows are not opened while such a filter is set (METRICS.md, "Suppression")."""


@dataclass(frozen=True)
class Filters:
    """The filter bar's state; an empty choice means all."""

    period: str = "All time"
    chosen: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def values(self, dimension: str) -> tuple[str, ...]:
        """Return the values picked for a dimension."""
        return dict(self.chosen).get(dimension, ())

    def without(self, dimension: str) -> "Filters":
        """Return the same filters with one dimension open."""
        return Filters(self.period, tuple(each for each in self.chosen if each[0] != dimension))

    def in_words(self) -> str:
        """Say the filters in one line."""
        picked = [f"{DIMENSIONS[name]}: {', '.join(map(word_text, values))}" for name, values in self.chosen if values]
        period = [self.period] if PERIODS[self.period] else []
        return " · ".join([*period, *picked]) or "No filters"


@dataclass(frozen=True)
class Scope:
    """One page run: the generation, the viewer, the host whose rows are seen (None: the platform), the filters."""

    generation: Generation
    role: Role
    host_id: str | None = None
    host_name: str = "All employers"
    employer_ids: tuple[str, ...] = ()
    filters: Filters = field(default_factory=Filters)

    @property
    def viewer(self) -> str:
        """Name the part of the data that the viewer may see; every cache key holds it."""
        return self.host_id or "platform"

    def since(self) -> datetime | None:
        """Return the first moment of the chosen period, or None when it is open."""
        months = PERIODS[self.filters.period]
        return None if months is None else months_before(self.generation.as_of, months)

    def parameters(self) -> dict[str, Value]:
        """Return the values that a statement under this scope may bind."""
        bound: dict[str, Value] = {name: values for name, values in self.filters.chosen if values}
        if self.host_id is not None:
            bound |= {"host": self.host_id, "employers": self.employer_ids}
        if (since := self.since()) is not None:
            bound["since"] = since
        return bound

    def dimensions(self) -> Iterator[str]:
        """Name the dimensions that are filtered."""
        return (name for name, values in self.filters.chosen if values)


def months_before(moment: datetime, months: int) -> datetime:
    """Return the first day of the month that lies so many whole months before."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    return datetime(year, month + 1, 1)


def conditions(
    scope: Scope, date_column: str, columns: tuple[str, ...] = tuple(DIMENSIONS), term_column: str = "term_label"
) -> str:
    """Return the scope as a SQL condition over a mart that has these filter columns; values are bound, never pasted."""
    parts = ["true"]
    if scope.host_id is not None:
        parts.append("host_id = $host")
    if scope.since() is not None:
        parts.append(f"{date_column} >= $since")
    for name in scope.dimensions():
        if name in columns and name != "industry":
            parts.append(f"list_contains(${name}, {term_column if name == 'term_label' else name})")
        elif name == "industry":
            parts.append(
                "employer_id in (select employer_id from analytics.marts.dim_employers "
                "where list_contains($industry, industry))"
            )
    return " and ".join(parts)
