"""The calendar of the sample: fixed dates, whole seconds and days since 1970, no wall clock."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np

from pipelines.sample.streams import Ints

DAY = 86_400
NEVER = 1 << 60
"""A moment in seconds that no delivery reaches: it did not happen."""
NEVER_DAY = 1 << 30
START_YEAR, START_MONTH = 2022, 7
MONTHS = 48
DELIVERY_HOUR = 6


def month_start(month: int) -> date:
    """Return the first day of the month counted from the start of the marketplace (0 is July 2022)."""
    index = START_YEAR * 12 + START_MONTH - 1 + month
    return date(index // 12, index % 12 + 1, 1)


def seconds(day: date) -> int:
    """Return midnight UTC of a date in seconds since 1970."""
    return (day - date(1970, 1, 1)).days * DAY


MONTH_EDGES: Ints = np.array([seconds(month_start(month)) for month in range(MONTHS + 1)], dtype=np.int64)
START, END = int(MONTH_EDGES[0]), int(MONTH_EDGES[-1])


@dataclass(frozen=True)
class Delivery:
    """One dated hand-over: everything known up to ``moment`` that was not delivered before."""

    index: int
    moment: int

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.moment, tz=UTC)

    @property
    def folder(self) -> str:
        return f"{self.at:%Y-%m-%d}"


def deliveries(monthly: int) -> tuple[Delivery, ...]:
    """Return the full load and the given number of monthly deliveries after it; the last is on 1 July 2026."""
    months = range(MONTHS - monthly, MONTHS + 1)
    return tuple(Delivery(index, int(MONTH_EDGES[month]) + DELIVERY_HOUR * 3600) for index, month in enumerate(months))
