"""Students: who they are is a pure function of their number, so that no block has to keep them."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.sample.clock import DAY, END, MONTH_EDGES, MONTHS, START, month_start
from pipelines.sample.plan import Plan
from pipelines.sample.streams import Flags, Floats, Ints, normal_quantile, pick
from pipelines.sample.words import MAJORS

INSTITUTIONS_FILE = Path(__file__).resolve().parents[2] / "data" / "reference" / "institutions.csv"
GPA_BANDS = ("below 2.5", "2.5-2.99", "3.0-3.49", "3.5-4.0")
GPA_EDGES = np.array([-1.5, -0.7, 0.35])
YEAR_EDGES = ((-150, 0), (0, 365), (365, 730), (730, 1461))
UNKNOWN_SHARE = 0.38


def read_institutions() -> pl.DataFrame:
    """Return the reference institutions, every field as text."""
    return pl.read_csv(INSTITUTIONS_FILE, infer_schema_length=0)


@dataclass(frozen=True)
class People:
    """All students by number, in the order in which they joined."""

    plan: Plan

    @property
    def count(self) -> int:
        return self.plan.scale.students

    @cached_property
    def numbers(self) -> Ints:
        return np.arange(self.count, dtype=np.int64)

    @cached_property
    def institutions(self) -> pl.DataFrame:
        return read_institutions()

    @cached_property
    def _institution_edges(self) -> Floats:
        """Return cumulated shares of students by institution: heavy-tailed, mostly bachelor's institutions."""
        table = self.institutions
        keys = table["unitid"].cast(pl.Int64).to_numpy()
        size = np.exp(1.3 * normal_quantile(self.plan.level("institution size", keys)))
        factor = table.select(
            pl.when(pl.col("predominant_degree") == "bachelor").then(3.0).otherwise(0.8)
            * pl.when(pl.col("is_hbcu") == "true").then(2.5).otherwise(1.0)
            * pl.when(pl.col("control") == "private for-profit").then(0.25).otherwise(1.0)
            * pl.when(pl.col("control") == "public").then(2.2).otherwise(1.0)
        ).to_series().to_numpy()  # fmt: skip
        weights = size * factor
        return np.asarray(np.cumsum(weights) / weights.sum())

    def share_of(self, column: str) -> Floats:
        """Return a share by institution, with a typical value where it is unknown."""
        share = self.institutions[column].cast(pl.Float64).fill_null(UNKNOWN_SHARE)
        return share.to_numpy().astype(np.float64)

    @cached_property
    def person(self) -> Ints:
        """Number of the human behind each account: a second account points to the first."""
        second = self.plan.chance("students.second_account_share", self.numbers) & (self.numbers >= 50)
        earlier = (self.plan.level("first account", self.numbers) * self.numbers).astype(np.int64)
        return np.where(second & ~second[earlier], earlier, self.numbers)

    @cached_property
    def joined(self) -> Ints:
        """When each student joined: growing, more in the months in which more is posted."""
        growth = self.plan.number("market.yearly_growth") ** (np.arange(MONTHS) / 12)
        seasons = np.array(self.plan.calibration.numbers("market.seasons"))
        calendar = np.array([month_start(month).month - 1 for month in range(MONTHS)])
        weight = growth * seasons[calendar]
        reach = np.concatenate([[0.0], np.cumsum(weight) / weight.sum()])
        level = (self.numbers + self.plan.level("joined", self.numbers)) / self.count
        founders = 0.08
        first = -founders / (1 - founders)
        scaled = (level - founders) / (1 - founders)
        moment = np.interp(scaled, np.concatenate([[first], reach]), [START - 30 * DAY, *MONTH_EDGES])
        return np.asarray(np.minimum(moment.astype(np.int64), END - DAY), dtype=np.int64)

    @cached_property
    def graduation(self) -> Ints:
        """Day of graduation since 1970: mid-May, mid-August or mid-December."""
        human = self.person
        shares = np.array(self.plan.calibration.numbers("students.years_to_graduation"))
        years = pick(self.plan.level("year", human), shares)
        low = np.array([edge[0] for edge in YEAR_EDGES])[years]
        high = np.array([edge[1] for edge in YEAR_EDGES])[years]
        day = self.joined[human] // DAY + low + self.plan.level("graduation", human) * (high - low)
        return _next_ceremony(day.astype(np.int64), self.plan.level("ceremony", human))

    @cached_property
    def activity(self) -> Floats:
        """Return how much each student applies, heavy-tailed."""
        sigma = self.plan.number("students.activity_sigma")
        return np.asarray(np.exp(sigma * normal_quantile(self.plan.level("activity", self.numbers))))

    @cached_property
    def group(self) -> Ints:
        """Index of the major's group."""
        return pick(self.plan.level("group", self.person), np.array([2.4, 1.5, 1.1, 0.7, 1.5, 0.8, 0.7]))

    def institution(self, students: Ints) -> Ints:
        """Return the row of each student's institution."""
        level = self.plan.level("institution", self.person[students])
        return np.minimum(np.searchsorted(self._institution_edges, level), self.institutions.height - 1).astype(
            np.int64
        )

    def ability(self, students: Ints) -> Floats:
        """Return the unobserved ability, standard normal."""
        return normal_quantile(self.plan.level("ability", self.person[students]))

    def gpa(self, students: Ints) -> Ints:
        """Return the index of the GPA band, which says a little about ability."""
        own = normal_quantile(self.plan.level("gpa", self.person[students]))
        return np.searchsorted(GPA_EDGES, 0.35 * self.ability(students) + 0.94 * own).astype(np.int64)

    def is_first_generation(self, students: Ints) -> Flags:
        """Return who is the first in the family at college, by the institution's share."""
        share = self.share_of("first_generation_share")[self.institution(students)]
        return np.asarray(self.plan.level("first generation", self.person[students]) < share)

    def is_hbcu(self, students: Ints) -> Flags:
        """Return whose institution is an HBCU."""
        flags = (self.institutions["is_hbcu"] == "true").to_numpy()
        return np.asarray(flags[self.institution(students)])

    def major_code(self, students: Ints) -> Ints:
        """Return the index of the major in the list of all majors."""
        level, group = self.plan.level("major", self.person[students]), self.group[students]
        chosen = np.zeros(len(students), dtype=np.int64)
        first = 0
        for index, majors in enumerate(MAJORS.values()):
            own = group == index
            chosen[own] = first + pick(level[own], np.array([weight for _, weight in majors]))
            first += len(majors)
        return chosen


def _next_ceremony(days: Ints, levels: Floats) -> Ints:
    """Return the nearest ceremony of the calendar year: 15 May (70 %), 16 August (10 %) or 15 December (20 %)."""
    year = days.astype("datetime64[D]").astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)
    offset = np.where(levels < 0.7, 134, np.where(levels < 0.8, 227, 348))
    moved = np.where(days - year > offset + 120, 365, 0)
    return np.asarray(year + offset + moved, dtype=np.int64)
