"""What a page shows: whose rows, from which generation, under which filters."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from dashboards.database import Generation, Value
from dashboards.definitions import EMPLOYER_FACTS
from dashboards.formats import count_text, word_text

Role = Literal["employer", "leadership", "analyst", "admin"]
Lens = Literal["cohort", "activity"]
Clock = Literal["completed", "graduated"]

PERIODS: dict[str, int | None] = {"All time": None, "Last 12 months": 12, "Last 24 months": 24, "Last 36 months": 36}
"""Choice -> months before as_of."""

DIMENSIONS: dict[str, str] = {
    "term_label": "Term",
    "category": "Category",
    "school_type": "School type",
    "major_family": "Major family",
    "industry": "Industry",
    "state": "State",
    "host_id": "Employer",
}
"""Column -> word of the filters that pick values: the only columns that a filter may name."""

WINDOWS: dict[int, str] = {180: "6 months", 365: "12 months", 730: "24 months"}
"""Days -> label of the windows in which outcomes are read."""

SENSITIVE = ("school_type",)
"""School-level facts: rows are not opened while such a filter is set (METRICS.md, "Suppression")."""


@dataclass(frozen=True)
class Filters:
    """The filter bar's state; an empty choice means all.

    ``lens`` shows a cohort by its start or the activity of a time by its events, ``window`` is in days, and ``clock``
    says by which date a cohort starts, on pages that offer a choice.
    """

    period: str = "All time"
    chosen: tuple[tuple[str, tuple[str, ...]], ...] = ()
    lens: Lens = "cohort"
    window: int = 365
    clock: Clock = "completed"

    def values(self, dimension: str) -> tuple[str, ...]:
        """Return the values picked for a dimension."""
        return dict(self.chosen).get(dimension, ())

    def without(self, dimension: str) -> "Filters":
        """Return the same filters with one dimension open."""
        return replace(self, chosen=tuple(each for each in self.chosen if each[0] != dimension))

    def kept(self, names: Collection[str]) -> "Filters":
        """Return the same filters with all open that are not named."""
        period = self.period if "period" in names else "All time"
        return replace(self, period=period, chosen=tuple(each for each in self.chosen if each[0] in names))

    def in_words(self) -> str:
        """Say the filters in one line; employers by number, since their names are not at hand."""
        picked = [
            f"{DIMENSIONS[name]}: {count_text(len(values), 'chosen', 'chosen')}"
            if name == "host_id"
            else f"{DIMENSIONS[name]}: {', '.join(map(word_text, values))}"
            for name, values in self.chosen
            if values
        ]
        period = [self.period] if PERIODS[self.period] else []
        return " · ".join([*period, *picked]) or "No filters"


@dataclass(frozen=True)
class Scope:
    """One page run: the generation, the viewer, the host whose rows are seen (None: the platform), the filters.

    ``knows_elsewhere`` marks one host's rows in the whole file, as leadership sees them: its extract is untold.
    ``sees_peers`` lets figures of the other hosts be told: not to whoever may choose among several.
    """

    generation: Generation
    role: Role
    host_id: str | None = None
    host_name: str = "All employers"
    employer_ids: tuple[str, ...] = ()
    filters: Filters = field(default_factory=Filters)
    knows_elsewhere: bool = False
    sees_peers: bool = False

    @property
    def is_untold(self) -> bool:
        """Tell whether these are one host's rows as that host may hold them: nobody in them works elsewhere."""
        return self.host_id is not None and not self.knows_elsewhere

    @property
    def viewer(self) -> str:
        """Name the part of the data that the viewer may see; every cache key holds it."""
        return "platform" if self.host_id is None else self.host_id

    def since(self) -> datetime | None:
        """Return the first moment of the chosen period, or None when it is open."""
        months = PERIODS[self.filters.period]
        return None if months is None else months_before(self.generation.as_of, months)

    def employer_parameters(self) -> list[str]:
        """Name the parameters of the host's employers: one each, since a list keeps DuckDB from skipping rows."""
        return [f"employer_{number}" for number in range(len(self.employer_ids))]

    def parameters(self) -> dict[str, Value]:
        """Return the values that a statement under this scope may bind."""
        bound: dict[str, Value] = {name: values for name, values in self.filters.chosen if values}
        if self.host_id is not None:
            bound |= {"host": self.host_id} | dict(zip(self.employer_parameters(), self.employer_ids, strict=True))
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
    """Return the scope as a SQL condition over a mart; values are bound, never pasted.

    The mart has host_id, whichever of the columns are named, and employer_id where they name an employer's fact.
    """
    parts = ["true"]
    if scope.host_id is not None:
        parts.append("host_id = $host")
    if scope.since() is not None:
        parts.append(f"{date_column} >= $since")
    for name in scope.dimensions():
        if name in EMPLOYER_FACTS and set(EMPLOYER_FACTS) & set(columns):
            parts.append(
                "employer_id in (select employer_id from analytics.marts.dim_employers "
                f"where list_contains(${name}, {name}))"
            )
        elif name == "host_id" or (name in columns and name not in EMPLOYER_FACTS):
            parts.append(f"list_contains(${name}, {term_column if name == 'term_label' else name})")
    return " and ".join(parts)
