"""What of a group may be shown: METRICS.md, "Suppression". The cells of one scope and dimension, over all periods.

Two layers. The number of units is shown from ten on. How many advanced is shown where three or more did and three or
more did not; else a band stands for it. Then neither may be had back by subtraction: the groups of a stage and period
add up to a total that other pages show, the terms of a group add up to all time. So wherever a sum gives away what is
withheld, one more cell is withheld, until no sum does.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from dashboards.fairness.groups import MINIMUM_UNITS

LEAST_ADVANCED = 3
"""Fewer than so many who advanced, or who did not, are shown as a band."""

EDGES = (0.05, 0.1, 0.2, 0.3)
"""Ends of the bands, from the narrowest."""

ALL_TIME = "All time"

TINY = 1e-9

Status = Literal["shown", "band", "counted", "hidden"]


@dataclass(frozen=True)
class Cell:
    """One group at one stage in one period, as counted; a group of None holds those of whom it is unknown."""

    period: str
    stage: str
    group: str | None
    units: int
    advanced: int


@dataclass(frozen=True)
class ShownCell:
    """What may be seen of a cell: shown (all), a band of its rate, counted (units alone), or hidden (nothing)."""

    period: str
    stage: str
    group: str | None
    status: Status
    units: int | None = None
    advanced: int | None = None
    low_edge: float | None = None
    high_edge: float | None = None


@dataclass(frozen=True)
class Sum:
    """Places of cells that add up: to the cell at ``total``, or, where that is None, to a total shown elsewhere."""

    parts: tuple[int, ...]
    total: int | None = None

    @property
    def cells(self) -> tuple[int, ...]:
        return self.parts if self.total is None else (*self.parts, self.total)


Tells = Callable[[Sum, set[int]], bool]


def suppress(cells: Sequence[Cell]) -> list[ShownCell]:
    """Return what may be shown of each cell, in order. The cells must be all of one scope and one dimension."""
    sums = sums_of(cells)
    hidden = withhold(cells, sums, {place for place, cell in enumerate(cells) if is_small(cell)}, _units_told(cells))
    banded = {place for place, cell in enumerate(cells) if band_of(cell)}
    inexact = withhold(cells, sums, hidden | banded, _advanced_told(cells, hidden, banded))
    return [_shown(cell, place in hidden, place in inexact) for place, cell in enumerate(cells)]


def is_small(cell: Cell) -> bool:
    """Tell whether a cell has too few units to show anything of it."""
    return cell.units < MINIMUM_UNITS


def band_of(cell: Cell) -> tuple[float, float] | None:
    """Return the ends of the band that stands for a rate near 0 or 1, or None where the rate may be shown.

    The band holds every rate that the rule would have banded at this number of units, and so tells no more than that.
    """
    edge = next((each for each in EDGES if each * cell.units >= LEAST_ADVANCED), 1.0)
    if cell.advanced < LEAST_ADVANCED:
        return 0.0, edge
    if cell.units - cell.advanced < LEAST_ADVANCED:
        return 1.0 - edge, 1.0
    return None


def sums_of(cells: Sequence[Cell]) -> list[Sum]:
    """Return which cells add up to what: the groups of a period and stage, and the terms of a stage and group."""
    groups: dict[tuple[str, str], list[int]] = {}
    terms: dict[tuple[str, str | None], list[int]] = {}
    totals: dict[tuple[str, str | None], int] = {}
    for place, cell in enumerate(cells):
        groups.setdefault((cell.period, cell.stage), []).append(place)
        if cell.period == ALL_TIME:
            totals[cell.stage, cell.group] = place
        else:
            terms.setdefault((cell.stage, cell.group), []).append(place)
    over_terms = [Sum(tuple(parts), totals[key]) for key, parts in terms.items() if key in totals]
    return [*(Sum(tuple(parts)) for parts in groups.values()), *over_terms]


def withhold(cells: Sequence[Cell], sums: Sequence[Sum], withheld: set[int], tells: Tells) -> set[int]:
    """Return the withheld cells and as many more as it takes until no sum, nor all of them together, tell of one.

    Those of whom the group is unknown go first, for nobody compares them, then the smallest that hides enough.
    """
    found = _settled(cells, sums, set(withheld), tells)
    while candidates := _hiding_more(cells, sums, found):
        found = _settled(cells, sums, found | {min(candidates, key=lambda place: _preference(cells[place]))}, tells)
    return found


def _settled(cells: Sequence[Cell], sums: Sequence[Sum], withheld: set[int], tells: Tells) -> set[int]:
    """Return the withheld cells and as many more as it takes until no sum by itself tells of one."""
    found, is_settled = withheld, False
    while not is_settled:
        is_settled = True
        for each in sums:
            while tells(each, found) and (rest := [place for place in each.cells if place not in found]):
                found = found | {min(rest, key=lambda place: _preference(cells[place]))}
                is_settled = False
    return found


def _hiding_more(cells: Sequence[Cell], sums: Sequence[Sum], withheld: set[int]) -> list[int]:
    """Return the cells of which one must be withheld too, since the sums of a stage together tell what is withheld."""
    for stage in dict.fromkeys(cell.stage for cell in cells):
        here = [each for each in sums if cells[each.parts[0]].stage == stage]
        solved = solved_places([each for each in here if _is_open(each, withheld)], withheld)
        telling = [each for each in here if solved.intersection(each.cells)]
        for among in (telling, here if solved else []):
            if rest := [place for each in among for place in each.cells if place not in withheld]:
                return rest
    return []


def _is_open(each: Sum, withheld: set[int]) -> bool:
    """Tell whether a sum says anything: the total of a period that is withheld altogether is not shown here either."""
    return each.total is not None or not withheld.issuperset(each.parts)


def solved_places(sums: Sequence[Sum], withheld: set[int]) -> set[int]:
    """Return the withheld cells whose value follows from the sums by linear algebra."""
    places = sorted({place for each in sums for place in each.cells if place in withheld})
    if not places:
        return set()
    column = {place: number for number, place in enumerate(places)}
    matrix = np.zeros((len(sums), len(places)))
    for row, each in enumerate(sums):
        for place in withheld.intersection(each.cells):
            matrix[row, column[place]] = -1 if place == each.total else 1
    _, sizes, directions = np.linalg.svd(matrix, full_matrices=False)
    known = (directions[sizes > TINY] ** 2).sum(axis=0)
    return {place for place in places if known[column[place]] > 1 - TINY}


def _preference(cell: Cell) -> tuple[bool, bool, bool, int, str]:
    least = min(cell.advanced, cell.units - cell.advanced)
    hides_enough = least >= 2 * LEAST_ADVANCED - 1
    return cell.period == ALL_TIME, cell.group is not None, not hides_enough, cell.units, cell.group or ""


def _units_told(cells: Sequence[Cell]) -> Tells:
    """Tell whether a sum gives the units of what is hidden: one cell alone, or several that are small together."""

    def tells(each: Sum, hidden: set[int]) -> bool:
        missing = [place for place in each.parts if place in hidden]
        if each.total in hidden:
            return not missing
        return bool(missing) and (len(missing) == 1 or sum(cells[place].units for place in missing) < MINIMUM_UNITS)

    return tells


def _advanced_told(cells: Sequence[Cell], hidden: set[int], banded: set[int]) -> Tells:
    """Tell whether a sum narrows how many of an inexact cell advanced: below its band, or to one number."""

    def bounds(place: int) -> tuple[int, int]:
        units = cells[place].units
        if place in hidden:
            return 0, units
        if place not in banded:
            return LEAST_ADVANCED, units - LEAST_ADVANCED
        return (
            (0, LEAST_ADVANCED - 1) if cells[place].advanced < LEAST_ADVANCED else (units - LEAST_ADVANCED + 1, units)
        )

    def tells(each: Sum, inexact: set[int]) -> bool:
        signed = [(place, -1 if place == each.total else 1) for place in each.cells if place in inexact]
        rest = sum(sign * cells[place].advanced for place, sign in signed)
        ends = {place: bounds(place) for place, _ in signed}
        least = sum(min(sign * end for end in ends[place]) for place, sign in signed)
        most = sum(max(sign * end for end in ends[place]) for place, sign in signed)
        for place, sign in signed:
            low, high = ends[place]
            own = sorted((sign * low, sign * high))
            first, last = sorted((sign * (rest - most + own[1]), sign * (rest - least + own[0])))
            first, last = max(first, low), min(last, high)
            is_narrowed = first > low or last < high if place in banded and place not in hidden else first == last
            if is_narrowed and low < high:
                return True
        return False

    return tells


def _shown(cell: Cell, is_hidden: bool, is_inexact: bool) -> ShownCell:
    key = (cell.period, cell.stage, cell.group)
    if is_hidden:
        return ShownCell(*key, "hidden")
    if not is_inexact:
        return ShownCell(*key, "shown", cell.units, cell.advanced)
    edges = band_of(cell)
    if edges is None:
        return ShownCell(*key, "counted", cell.units)
    return ShownCell(*key, "band", cell.units, None, *edges)
