"""The counts of one dimension that hang together: units by period and group, and how many of them advanced.

Whoever sees the finished figures knows every total over groups besides, from rows of their own or from other pages.
What is withheld of a group is how many units there were (and then how many advanced), or how many advanced alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

from dashboards.fairness.freedom import FREE, Network, Room

ALL_TIME = "All time"

BAND_REACH = 3
"""A band stands for so many or fewer who advanced, or who did not: it leaves as many persons open. ``band_reach``."""

WIDTH = 3
"""Persons between the least and the most that a withheld count may be, as far as totals that all know leave room."""

Status = Literal["shown", "band", "counted", "hidden"]


class Counts(NamedTuple):
    """One group in one period at one stage, and what may be shown of it by itself; ``is_low`` tells which band."""

    units: int
    advanced: int
    alone: Status
    is_low: bool


NOBODY = Counts(0, 0, "hidden", True)
"""A group of which there was nobody looks like one that is hidden: neither has a row."""


class Kind(NamedTuple):
    """What moves together: the advanced of one stage among unmoved units, or units and those who advanced at some."""

    with_units: bool
    stages: frozenset[str]


@dataclass
class Table:
    """Stages that count the same units: one, or the two of completers. ``counts`` is by stage, then by place."""

    places: Sequence[tuple[str, str | None]]
    counts: Mapping[str, Sequence[Counts]]
    hidden: set[int] = field(default_factory=set)
    inexact: dict[str, set[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for stage, each in self.counts.items():
            self.inexact[stage] = {place for place, held in enumerate(each) if held.alone != "shown"}
        for place in range(len(self.places)):
            if self.units[place] == self.total(place) or self.units_are_few(place):
                self.hide(place)

    @cached_property
    def units(self) -> list[int]:
        return [max(each[place].units for each in self.counts.values()) for place in range(len(self.places))]

    @cached_property
    def totals(self) -> dict[str, dict[str, int]]:
        """Return what everybody knows: per counter (``units`` or a stage) and period, the sum over groups."""
        counters = {"units": self.units} | {
            stage: [held.advanced for held in each] for stage, each in self.counts.items()
        }
        found: dict[str, dict[str, int]] = {}
        for counter, values in counters.items():
            by_period = found.setdefault(counter, {})
            for (period, _), value in zip(self.places, values, strict=True):
                by_period[period] = by_period.get(period, 0) + value
        return found

    def total(self, place: int, counter: str = "units") -> int:
        return self.totals[counter][self.places[place][0]]

    def units_are_few(self, place: int) -> bool:
        return any(each[place].alone == "hidden" for each in self.counts.values())

    def hide(self, place: int) -> None:
        """Withhold everything of a group in a period, at every stage that counts these units."""
        self.hidden.add(place)
        for each in self.inexact.values():
            each.add(place)

    @cached_property
    def network(self) -> Network:
        """Return how the counts add up: a term's over groups, a group's over terms, to those of all time."""
        with_terms = {group for period, group in self.places if period != ALL_TIME}
        nodes: dict[object, int] = {ALL_TIME: 0}
        ends = []
        for period, group in self.places:
            over_terms = ("group", group) if group in with_terms else ("no terms",)
            pair = (over_terms, ALL_TIME) if period == ALL_TIME else (("period", period), over_terms)
            first, second = (nodes.setdefault(each, len(nodes)) for each in pair)
            ends.append((first, second))
        return Network.of(ends)

    def kinds(self, counter: str) -> Iterator[Kind]:
        """Return what may move for a count to change: ``units``, or the advanced of a stage."""
        if counter != "units":
            yield Kind(False, frozenset({counter}))
        for together in _subsets(tuple(self.counts)):
            if counter == "units" or counter in together:
                yield Kind(True, together)

    def room(self, place: int, kind: Kind, status: Status) -> Room:
        """Return how far a count can fall and rise by itself, if it has the status: hidden, counted or shown."""
        if kind.with_units:
            if status != "hidden":
                return Room(0, 0)
            units = self.units[place]
            ends = [
                each[place].advanced if stage in kind.stages else units - each[place].advanced
                for stage, each in self.counts.items()
            ]
            return Room(min(units, *ends), FREE)
        if status == "shown":
            return Room(0, 0)
        (stage,) = kind.stages
        held = self.counts[stage][place]
        low, high = bounds(held, is_hidden=status == "hidden")
        return Room(held.advanced - low, high - held.advanced)

    def status(self, place: int, stages: frozenset[str]) -> Status:
        """Return what of a place is withheld as these stages' counts go; counted stands for bands as well."""
        if place in self.hidden:
            return "hidden"
        return "counted" if any(place in self.inexact[stage] for stage in stages) else "shown"

    def rooms(self, kind: Kind) -> list[Room]:
        """Return the room of every place as things are withheld now."""
        return [self.room(place, kind, self.status(place, kind.stages)) for place in range(len(self.places))]

    def needed(self, place: int, counter: str) -> int:
        """Return how wide a withheld count must stay open: three persons, or as many as the known totals allow."""
        total = self.total(place, counter)
        if counter == "units" or place in self.hidden:
            return min(WIDTH, total)
        return min(WIDTH, total, self.total(place) - total)

    def withheld(self) -> Iterator[tuple[int, str]]:
        """Return place and counter of what is withheld of groups that have units."""
        for place, units in enumerate(self.units):
            if units and place in self.hidden:
                yield place, "units"
        for stage, each in self.inexact.items():
            for place in sorted(each):
                if self.units[place]:
                    yield place, stage


def bounds(held: Counts, *, is_hidden: bool) -> tuple[int, int]:
    """Return the least and the most who may have advanced, for a reader who knows the rule and what it says here."""
    if is_hidden or held.alone in ("hidden", "counted"):
        return 0, held.units
    if held.alone == "band":
        return (0, BAND_REACH) if held.is_low else (held.units - BAND_REACH, held.units)
    return BAND_REACH + 1, held.units - BAND_REACH - 1


def _subsets(names: tuple[str, ...]) -> list[frozenset[str]]:
    found = [frozenset[str]()]
    for name in names:
        found += [each | {name} for each in found]
    return found
