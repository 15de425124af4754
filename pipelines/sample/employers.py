"""Employers: demand, ownership, and the outcome feeds by which their hires are seen."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from pipelines.sample.clock import DAY, END, MONTH_EDGES, NEVER, NEVER_DAY, START
from pipelines.sample.plan import Plan
from pipelines.sample.streams import Flags, Floats, Ints, pick
from pipelines.sample.words import (
    ATS_SYSTEMS,
    CATEGORIES,
    COMPANY_FIRST,
    COMPANY_LAST,
    INDUSTRIES,
    SIZE_BANDS,
    STATES,
)

ALWAYS_OBSERVED = 3
"""The largest employers, on which the demonstration opens, have a complete feed."""


@dataclass(frozen=True)
class Employers:
    """All employers by number; 0 has the most demand. The last one never posts and later disappears."""

    plan: Plan

    @property
    def count(self) -> int:
        return self.plan.scale.employers

    @cached_property
    def numbers(self) -> Ints:
        return np.arange(self.count, dtype=np.int64)

    @cached_property
    def ids(self) -> pl.Series:
        return pl.Series("employer_id", [f"E{number + 1:05d}" for number in range(self.count)])

    @cached_property
    def demand(self) -> Floats:
        exponent, offset = self.plan.number("market.demand_exponent"), self.plan.number("market.demand_offset")
        weight = (self.numbers + 1.0 + offset) ** -exponent
        weight[-1] = 0.0
        return np.asarray(weight)

    @cached_property
    def host(self) -> Ints:
        """Number of the ultimate parent: one of the six largest, which are there from the start and have none."""
        has_parent = self.plan.chance("market.child_share", self.numbers) & (self.numbers >= 6)
        parent = (self.plan.level("parent", self.numbers) * np.minimum(self.numbers, 6)).astype(np.int64)
        return np.where(has_parent, parent, self.numbers)

    @cached_property
    def joined(self) -> Ints:
        founding = (self.plan.level("founding", self.numbers) < self.plan.number("market.founding_share")) | (
            self.numbers < 6
        )
        early = START - self.plan.between("joined early", 2, 90, self.numbers) * DAY
        later = START + self.plan.between("joined later", 10, 1200, self.numbers) * DAY
        return np.asarray(np.where(founding, early, later) + self.plan.between("hour", 50_000, 75_000, self.numbers))

    @cached_property
    def left(self) -> Ints:
        """When the employer posts for the last time."""
        leaves = self.plan.chance("market.churn_share", self.numbers) & (self.numbers >= 8)
        return np.where(leaves, self.joined + self.plan.between("stays", 120, 900, self.numbers) * DAY, NEVER)

    @cached_property
    def category_levels(self) -> Floats:
        """Return the cumulated share of each category for each employer, by row."""
        shares = np.array(list(self.plan.calibration.table("market.categories").values()))
        tilt = np.exp(1.1 * (self.plan.level("taste", self.numbers[:, None], np.arange(len(CATEGORIES))) * 2 - 1))
        mix = shares * tilt
        return np.asarray(np.cumsum(mix, axis=1) / mix.sum(axis=1, keepdims=True))

    @cached_property
    def sector(self) -> list[str]:
        sectors = list(INDUSTRIES)
        return [sectors[index] for index in self.plan.between("sector", 0, len(sectors), self.numbers)]

    @cached_property
    def names(self) -> list[str]:
        names: list[str] = []
        seen: set[str] = set()
        first = self.plan.between("name", 0, len(COMPANY_FIRST), self.numbers)
        for number, (start, sector) in enumerate(zip(first.tolist(), self.sector, strict=True)):
            last = COMPANY_LAST[sector]
            name = f"{COMPANY_FIRST[start]} {last[number % len(last)]}"
            step = 1
            while name in seen:
                other = COMPANY_FIRST[(start + step) % len(COMPANY_FIRST)]
                beside = f" & {COMPANY_FIRST[(start + step // 80 + 7) % len(COMPANY_FIRST)]}" if step > 80 else ""
                name, step = f"{other}{beside} {last[(number + step) % len(last)]}", step + 1
            seen.add(name)
            names.append(name)
        return names

    @cached_property
    def size(self) -> Ints:
        rank = self.numbers / self.count
        return pick(
            np.clip(0.25 + 0.75 * (1 - rank) - 0.3 * self.plan.level("size", self.numbers), 0, 0.999), np.ones(5)
        )

    @cached_property
    def system(self) -> Ints:
        """Index of the applicant tracking system; -1 where nothing is fed."""
        silent = self.plan.chance("feeds.none_share", self.numbers) & (self.numbers >= ALWAYS_OBSERVED)
        silent[-1] = True
        return np.where(silent, -1, self.plan.between("system", 0, len(ATS_SYSTEMS), self.numbers))

    @cached_property
    def _feed_fate(self) -> Ints:
        """0 complete, 1 begins late, 2 ends early, 3 falls silent."""
        delayed, ended, silent = (self.plan.number(f"feeds.{name}_share") for name in ("delayed", "ended", "silent"))
        fate = pick(
            self.plan.level("feed fate", self.numbers),
            np.array([1 - delayed - ended - silent, delayed, ended, silent]),
        )
        return np.where(self.numbers < ALWAYS_OBSERVED, 0, fate)

    @cached_property
    def observed_from(self) -> Ints:
        """First day on which the feed would show a hire, in days since 1970."""
        late = START // DAY + self.plan.between("feed begins", 200, 1000, self.numbers)
        return np.where(self._feed_fate == 1, late, START // DAY - 181)

    @cached_property
    def ends_on(self) -> Ints:
        """Last day of a feed that was ended in order; NEVER_DAY otherwise."""
        return np.where(
            self._feed_fate == 2, END // DAY - self.plan.between("feed ends", 100, 500, self.numbers), NEVER_DAY
        )

    @cached_property
    def silent_since(self) -> Ints:
        """Last day on which a feed spoke that fell silent; NEVER_DAY otherwise."""
        day = END // DAY - self.plan.between("feed silent", 60, 330, self.numbers)
        return np.where(self._feed_fate == 3, day, NEVER_DAY)

    @cached_property
    def observed_to(self) -> Ints:
        """Last day of which the feed tells anything."""
        return np.minimum(self.ends_on, self.silent_since)

    @cached_property
    def has_employments(self) -> Flags:
        lacks = self.plan.chance("feeds.no_employments_share", self.numbers) & (self.numbers >= ALWAYS_OBSERVED)
        return (self.system >= 0) & ~lacks

    def is_observed(self, employers: Ints, days: Ints) -> Flags:
        """Return whether the employer's feed shows what happened on that day."""
        inside = (days >= self.observed_from[employers]) & (days <= self.observed_to[employers])
        return np.asarray((self.system[employers] >= 0) & inside)

    def post_weights(self, month: int) -> Floats:
        """Return each employer's demand in a month of the marketplace."""
        begins, ends = int(MONTH_EDGES[month]), int(MONTH_EDGES[month + 1])
        present = (self.joined < begins) & (self.left > ends)
        present[:5] = True
        return np.where(present, self.demand, 0.0)

    @cached_property
    def base_frame(self) -> pl.DataFrame:
        """Return the rows of ``employers`` as they are at first."""
        is_child = self.host != self.numbers
        codes = [INDUSTRIES[sector] for sector in self.sector]
        which = self.plan.between("industry", 0, 3, self.numbers).tolist()
        return pl.DataFrame(
            {
                "employer_id": self.ids,
                "name": self.names,
                "parent_employer_id": self.ids.gather(self.host).set(pl.Series(~is_child), None),
                "industry_naics": [code[index] for code, index in zip(codes, which, strict=True)],
                "size_band": [SIZE_BANDS[index] for index in self.size],
                "state": [STATES[index] for index in self.plan.between("state", 0, 25, self.numbers)],
                "joined_at": self.joined,
                "updated_at": self.joined,
            }
        )

    @cached_property
    def domains(self) -> list[str]:
        """Return the main e-mail domain of each employer, below the reserved ``.example``."""
        letters = (name.lower().replace(" & ", "-").replace(" ", "") for name in self.names)
        return [f"{word}.example" for word in letters]
