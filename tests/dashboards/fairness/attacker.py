"""A reader who wants to know what the finished tables withhold, and has every row that a reader may have.

The reader knows each person's applications, engagements, completions, offers and hires, by term, and which rows are the
same person's; the finished tables; and the rule, to the letter. Not known is of which group each person is: that is
one share per person and group, and every count of a group is a sum of shares. Linear programming gives the least and
the most that each withheld count may be. Nothing here is taken from what the suppression itself does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_matrix, csr_matrix, vstack

from dashboards.fairness.suppression import Cell
from dashboards.fairness.tables import ALL_TIME

Floats = NDArray[np.float64]
Unit = tuple[str, str, str, int]
"""Person, stage, term, and whether advanced."""

PERSONS = 3
"""Narrower than so many persons must no withheld count be."""


@dataclass(frozen=True)
class Bound:
    """One withheld count, what it may be, and how wide the totals that everybody knows would leave it at most."""

    cell: Cell
    counter: str
    least: int
    most: int
    wanted: int

    @property
    def is_narrow(self) -> bool:
        return self.most - self.least < self.wanted


class Reader:
    """All that is known, as equations and inequalities over shares of persons in groups."""

    def __init__(self, units: Sequence[Unit], shown: pl.DataFrame, groups: Sequence[str | None]) -> None:
        self.groups = list(groups)
        profiles: dict[tuple[Unit, ...], int] = {}
        by_person: dict[str, list[Unit]] = {}
        for unit in units:
            by_person.setdefault(unit[0], []).append(unit)
        for rows in by_person.values():
            key = tuple(sorted(("", *row[1:]) for row in rows))
            profiles[key] = profiles.get(key, 0) + 1
        self.sizes = np.array(list(profiles.values()), dtype=float)
        self.times: dict[tuple[str, str, str], Floats] = {}
        for number, rows_alike in enumerate(profiles):
            for _, stage, term, advanced in rows_alike:
                for period in (term, ALL_TIME):
                    self._held("units", stage, period)[number] += 1
                    self._held("advanced", stage, period)[number] += advanced
        self.cells = {(row["period_label"], row["stage"], row["group_value"]): row for row in shown.to_dicts()}
        self._equations()

    def _held(self, counter: str, stage: str, period: str) -> Floats:
        return self.times.setdefault((counter, stage, period), np.zeros(len(self.sizes)))

    def total(self, counter: str, stage: str, period: str) -> int:
        return int(self._held(counter, stage, period) @ self.sizes)

    def sum_of(self, counter: str, stage: str, period: str, group: str | None) -> csr_matrix:
        """Return a count of a group as a sum of shares."""
        held = self._held(counter, stage, period)
        persons = np.flatnonzero(held)
        columns = persons * len(self.groups) + self.groups.index(group)
        shape = (1, len(self.sizes) * len(self.groups))
        return coo_matrix((held[persons], (np.zeros(len(persons), int), columns)), shape=shape).tocsr()

    def _equations(self) -> None:
        number, width = len(self.sizes), len(self.groups)
        each_is_of_one = coo_matrix(
            (np.ones(number * width), (np.repeat(np.arange(number), width), np.arange(number * width)))
        )
        equal: list[csr_matrix] = [each_is_of_one.tocsr()]
        totals = list(self.sizes)
        at_most: list[csr_matrix] = []
        limits: list[float] = []
        for (period, stage, group), row in self.cells.items():
            if row["status"] == "hidden":
                continue
            equal.append(self.sum_of("units", stage, period, group))
            totals.append(row["unit_count"])
            advanced = self.sum_of("advanced", stage, period, group)
            least, most = self.told(row)
            if least == most:
                equal.append(advanced)
                totals.append(least)
            else:
                at_most += [advanced, -advanced]
                limits += [most, -least]
        self.equal, self.totals = vstack(equal).tocsr(), np.array(totals, dtype=float)
        self.at_most = vstack(at_most).tocsr() if at_most else None
        self.limits = np.array(limits, dtype=float) if at_most else None

    @staticmethod
    def told(row: Mapping[str, object]) -> tuple[int, int]:
        """Return what a cell says of how many advanced: METRICS.md, "Suppression", where three count as few."""
        units, advanced = row["unit_count"], row["advanced_count"]
        assert isinstance(units, int)
        if isinstance(advanced, int):
            return advanced, advanced
        if row["status"] == "band":
            return (0, 3) if row["band_low_rate"] == 0 else (units - 3, units)
        return (0, units) if units == 10 else (4, units - 4)

    def world(self, cost: Floats) -> Floats:
        """Return the shares that cost least among all that fit what is known."""
        found = linprog(
            cost,
            A_ub=self.at_most,
            b_ub=self.limits,
            A_eq=self.equal,
            b_eq=self.totals,
            bounds=(0, None),
            method="highs",
        )
        assert found.status == 0, found.message
        shares: Floats = found.x
        return shares

    def withheld(self, cells: Sequence[Cell]) -> list[tuple[Cell, str, int]]:
        """Return what is withheld of cells, and how many persons wide it must be at least.

        The totals over groups are in the rows: of two who were hired, each group has none to two, whatever is shown.
        """
        found = []
        for cell in cells:
            units, advanced = (self.total(name, cell.stage, cell.period) for name in ("units", "advanced"))
            row = self.cells.get((cell.period, cell.stage, cell.group))
            if row is None:
                found += [(cell, "units", min(PERSONS, units)), (cell, "advanced", min(PERSONS, advanced))]
            elif row["advanced_count"] is None:
                found.append((cell, "advanced", min(PERSONS, advanced, units - advanced)))
        return found

    def bounds(self, cells: Sequence[Cell]) -> list[Bound]:
        """Bound every withheld count: exactly where it is narrow, else as wide as some worlds show it to be."""
        targets = self.withheld(cells)
        if not targets:
            return []
        sums = vstack([self.sum_of(name, cell.stage, cell.period, cell.group) for cell, name, _ in targets]).tocsr()
        wanted = np.array([each for *_, each in targets])
        least, most = np.full(len(targets), np.inf), np.full(len(targets), -np.inf)

        def learn(cost: Floats) -> None:
            values = sums @ self.world(cost)
            np.minimum(least, values, out=least)
            np.maximum(most, values, out=most)

        def width() -> Floats:
            found: Floats = np.floor(most + 1e-6) - np.ceil(least - 1e-6)
            return found

        for signs in np.random.default_rng(0).choice((-1.0, 1.0), (4, len(targets))):
            learn(signs @ sums)
            learn(-signs @ sums)
        for number in range(len(targets)):
            for sign in (1, -1):
                if width()[number] < wanted[number]:
                    learn(sign * sums[[number]].toarray()[0])
        ends = zip(np.ceil(least - 1e-6).astype(int), np.floor(most + 1e-6).astype(int), strict=True)
        return [
            Bound(cell, name, int(low), int(high), want)
            for (cell, name, want), (low, high) in zip(targets, ends, strict=True)
        ]
