"""What rows of persons add to the totals: a person is of one group, at every stage and in every period.

A reader who holds the rows knows who applied, was chosen, completed and was hired, though not of which group each is.
So groups at one stage tell of groups at the next. Persons with the same rows are alike: how many of each such class are
of each group is all that can be asked, and a linear program over these numbers says how far a withheld count is open.
Where it is not open far enough, the figures that close it in are withheld as well: its dual values name them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import OptimizeResult, linprog
from scipy.sparse import coo_matrix, csr_matrix, vstack

from dashboards.fairness.tables import ALL_TIME, Table, bounds

Floats = NDArray[np.float64]
Counter = Literal["units", "advanced"]
Profile = Sequence[tuple[str, str, int, int]]
"""All of a person's rows: stage, term, units, and how many of them advanced."""

MOST_SHARES = 1_000
"""Classes times groups that can be asked about while somebody waits. Beyond, nothing is shown of terms."""

MOST_SHARES_OF_ALL_TIME = 3_000
"""Beyond, how often somebody applied in vain is left out of what makes persons alike: there are so many of them."""

WORLDS = 4
"""Pairs of worlds that are looked at for all counts together, before each has its own."""

TOLERANCE = 1e-6


@dataclass(frozen=True, order=True)
class Count:
    """One figure: how many units, or how many advanced, of a group in a period at a stage."""

    stage: str
    counter: Counter
    place: int


@dataclass(frozen=True)
class Known:
    """What a reader knows of a count: the least and the most it may be."""

    count: Count
    least: int
    most: int


@dataclass
class Classes:
    """Persons alike by their rows: how many they are, and how often a set of units holds each of them."""

    sizes: Floats
    held: Mapping[tuple[str, Counter, str], Floats]


def classes_by_term(persons: Mapping[Profile, int], groups: int) -> Classes | None:
    """Return the classes of persons, from how many have which rows; None where they are too many to ask."""
    found = _alike(persons, has_terms=True)
    return found if len(found.sizes) * groups <= MOST_SHARES else None


def classes_of_all_time(persons: Mapping[Profile, int], groups: int) -> Classes:
    """Return the classes of persons whose rows are the same but for the term."""
    found = _alike(persons, has_terms=False)
    if len(found.sizes) * groups <= MOST_SHARES_OF_ALL_TIME:
        return found
    return _alike(persons, has_terms=False, is_short=True)


def _alike(persons: Mapping[Profile, int], *, has_terms: bool, is_short: bool = False) -> Classes:
    sizes: dict[tuple[tuple[tuple[str, Counter, str], int], ...], int] = {}
    for profile, size in persons.items():
        own: dict[tuple[str, Counter, str], int] = {}
        for stage, term, units, advanced in profile:
            for period in (term, ALL_TIME) if has_terms else (ALL_TIME,):
                if not (is_short and stage == "selected"):
                    own[stage, "units", period] = own.get((stage, "units", period), 0) + units
                if advanced:
                    own[stage, "advanced", period] = own.get((stage, "advanced", period), 0) + advanced
        key = tuple(sorted(own.items()))
        sizes[key] = sizes.get(key, 0) + size
    held: dict[tuple[str, Counter, str], Floats] = {}
    for number, key in enumerate(sizes):
        for name, times in key:
            held.setdefault(name, np.zeros(len(sizes)))[number] = times
    return Classes(np.array(list(sizes.values()), dtype=float), held)


@dataclass
class Program:
    """The tables of a dimension over classes of persons; ``least`` and ``most`` are what was seen in some world."""

    tables: Mapping[str, Table]
    classes: Classes
    counts: list[Count] = field(default_factory=list)

    def __post_init__(self) -> None:
        some = next(iter(self.tables.values()))
        self.groups = list(dict.fromkeys(group for _, group in some.places))
        self.counts = [
            Count(stage, counter, place)
            for stage, table in self.tables.items()
            for counter in ("units", "advanced")
            for place in range(len(table.places))
            if (stage, counter, table.places[place][0]) in self.classes.held
        ]
        self.number = {count: number for number, count in enumerate(self.counts)}
        self.sums = self._matrix()
        truth = np.array([self._true(count) for count in self.counts], dtype=float)
        self.least, self.most = truth.copy(), truth.copy()

    def _matrix(self) -> csr_matrix:
        width = len(self.groups)
        values, rows, columns = [], [], []
        for number, count in enumerate(self.counts):
            period, group = self.tables[count.stage].places[count.place]
            held = self.classes.held[count.stage, count.counter, period]
            places = np.flatnonzero(held)
            values.append(held[places])
            rows.append(np.full(len(places), number))
            columns.append(places * width + self.groups.index(group))
        shape = (len(self.counts), len(self.classes.sizes) * width)
        if not values:
            return csr_matrix(shape)
        return coo_matrix(
            (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=shape
        ).tocsr()

    def _true(self, count: Count) -> int:
        held = self.tables[count.stage].counts[count.stage][count.place]
        return held.units if count.counter == "units" else held.advanced

    def known(self) -> Iterator[Known]:
        """Yield what the finished figures say of each count, as things are withheld now."""
        for count in self.counts:
            table = self.tables[count.stage]
            if count.place in table.hidden:
                continue
            held = table.counts[count.stage][count.place]
            if count.counter == "units":
                yield Known(count, held.units, held.units)
            elif count.place not in table.inexact[count.stage]:
                yield Known(count, held.advanced, held.advanced)
            else:
                yield Known(count, *bounds(held, is_hidden=False))

    def withheld(self) -> Iterator[tuple[Count, int]]:
        """Yield what is withheld of groups that have units, and how wide it must be open."""
        for count in self.counts:
            table = self.tables[count.stage]
            counter = "units" if count.counter == "units" else count.stage
            is_withheld = count.place in (table.hidden if counter == "units" else table.inexact[count.stage])
            if is_withheld and table.units[count.place]:
                yield count, table.needed(count.place, counter)

    def width(self, count: Count) -> float:
        number = self.number[count]
        return float(np.floor(self.most[number] + TOLERANCE) - np.ceil(self.least[number] - TOLERANCE))

    def closed(self) -> Iterator[tuple[Count, list[Known]]]:
        """Yield each withheld count that is not open as wide as it must be, with the figures that close it in."""
        solver = Solver(self, list(self.known()))
        solver.spread([count for count, needed in self.withheld() if self.width(count) < needed])
        for count, needed in self.withheld():
            ends = [solver.solve(count, sign) for sign in (1, -1) if self.width(count) < needed]
            if self.width(count) < needed:
                yield count, list(dict.fromkeys(known for binding in ends for known in binding))


class Solver:
    """One linear program after another over the same figures; each answer is a world that every count learns from."""

    def __init__(self, program: Program, known: Sequence[Known]) -> None:
        self.program = program
        self.exact = [each for each in known if each.least == each.most]
        self.ranged = [each for each in known if each.least < each.most]
        width, number = len(program.groups), len(program.classes.sizes)
        persons = coo_matrix(
            (np.ones(number * width), (np.repeat(np.arange(number), width), np.arange(number * width)))
        )
        self.equal = _stacked([persons, program.sums[[program.number[each.count] for each in self.exact]]])
        self.totals = np.concatenate([program.classes.sizes, [float(each.least) for each in self.exact]])
        inexact = program.sums[[program.number[each.count] for each in self.ranged]]
        self.at_most = _stacked([inexact, -inexact])
        self.limits = np.array([each.most for each in self.ranged] + [-each.least for each in self.ranged], dtype=float)

    def spread(self, counts: Sequence[Count]) -> None:
        """Look at worlds in which many counts lie far apart at once: most are seen to be open so, without their own."""
        if len(counts) > WORLDS:
            sums = self.program.sums[[self.program.number[count] for count in counts]]
            for signs in np.random.default_rng(len(counts)).choice((-1.0, 1.0), (WORLDS, len(counts))):
                for cost in (signs @ sums, -signs @ sums):
                    self._world(cost)

    def solve(self, count: Count, sign: int) -> list[Known]:
        """Find the least (1) or the most (-1) that a count may be, and return the figures that keep it there."""
        found = self._world(sign * self.program.sums[[self.program.number[count]]].toarray()[0])
        binding = np.abs(found.eqlin.marginals[len(self.program.classes.sizes) :]) > TOLERANCE
        ranged = np.abs(found.ineqlin.marginals.reshape(2, -1)).sum(axis=0) > TOLERANCE if self.ranged else []
        exact = [each for each, is_binding in zip(self.exact, binding, strict=True) if is_binding]
        return exact + [each for each, is_binding in zip(self.ranged, ranged, strict=True) if is_binding]

    def _world(self, cost: Floats) -> OptimizeResult:
        """Return the world that costs least; every count learns from it."""
        program = self.program
        found = linprog(
            cost,
            A_ub=self.at_most if self.ranged else None,
            b_ub=self.limits if self.ranged else None,
            A_eq=self.equal,
            b_eq=self.totals,
            bounds=(0, None),
            method="highs",
        )
        if found.status != 0:
            raise NoWorldError(str(found.message))
        sums = program.sums @ found.x
        np.minimum(program.least, sums, out=program.least)
        np.maximum(program.most, sums, out=program.most)
        return found


class NoWorldError(ValueError):
    """The rows of persons and the group counts contradict each other."""

    def __init__(self, message: str) -> None:
        super().__init__(
            f"Expected rows of persons that add up to the group counts of the same scope; found that they do not: "
            f"{message}. Both must come from one generation: see agg_selection_cube."
        )


def _stacked(parts: Sequence[csr_matrix]) -> csr_matrix:
    return vstack(parts).tocsr()
