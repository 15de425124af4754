"""Metrics that move: matured cohorts, which are over, against the generation before, and the newest against its elders.

**The past.** A matured cohort of a month has k units in the numerator and f = n - k besides. Units may join it (their
window has passed by now, or their rows came late), but none may leave a cell: max(0, k before - k now) plus
max(0, f before - f now) is the least number of units whose past was told otherwise. Were the units drawn anew, k would
vary with standard deviation sqrt(n p (1 - p)); the past may not move by more than three of these, nor by more than one
unit in a hundred where that is more. Up to five units nothing is said. It is looked for month by month, and in all
months together.

**Its size.** Months whose window had passed for all of their units when the generation before was made gain units only
by rows that came late, or where a feed begins to show what it did not. They may grow by a quarter, and by as many units
as rows came since; beyond both, something was counted twice.

**The newest.** The last month of 30 units or more that the generation before did not show, against the median of the
months before it: by the median absolute deviation, which holds what months differ by, and the binomial noise of its own
n. Beyond five standard deviations, and five points, it is unusual; beyond the double it is far off.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from pipelines.asking.figures import Figure, Figures
from pipelines.drift.findings import Finding
from pipelines.drift.volumes import MAD_TO_SD

FEWEST_UNITS = 5
MOST_GROWTH = 0.25
CLOSING = timedelta(days=62)
"""A month is no longer than 31 days, and its last deliveries come within another."""

PAST_DEVIATIONS = 3.0
PAST_SHARE = 0.01
LEAST_COHORT = 30
LEAST_MONTHS = 8
MOST_MONTHS = 36
NEWEST_DEVIATIONS = 5.0
LEAST_WIDTH = 0.05
FAR = 2.0

Months = Mapping[date, Figure]


@dataclass(frozen=True)
class Since:
    """What lies between two generations: when the earlier one was seen, rows loaded since, and each rate's window."""

    as_of: datetime
    rows: int
    windows: Mapping[str, int]

    def is_over(self, name: str, month: date) -> bool:
        """Say whether the window had passed for all units of a month."""
        return month + timedelta(days=self.windows[name]) + CLOSING < self.as_of.date()


NOTHING = Figure(date.min, 0, 0)


def of_metrics(before: Figures, after: Figures, since: Since, looks: Callable[[str], str]) -> Iterator[Finding]:
    """Yield the metrics whose past moved or grew, and those whose newest cohort is unlike those before it."""
    for name in sorted(before.keys() & after.keys()):
        yield from of_past(name, before[name], after[name], looks)
        yield from of_growth(name, before[name], after[name], since, looks)
        yield from of_newest(name, before[name], after[name], looks)


def of_past(name: str, before: Months, after: Months, looks: Callable[[str], str]) -> Iterator[Finding]:
    """Yield a metric of whose matured cohorts more units were told otherwise than noise explains."""
    rewritten = {month: told_otherwise(before[month], after.get(month, NOTHING)) for month in before}
    moved = [month for month in sorted(before) if rewritten[month] > most_rewritten([before[month]])]
    whole = sum(rewritten.values()) > most_rewritten(list(before.values()))
    if not (moved or whole):
        return
    shown = moved if moved else sorted(rewritten, key=lambda month: -rewritten[month])[:1]
    worst = max(shown, key=lambda month: rewritten[month])
    months = f"{len(moved)} of its months, most in {worst:%Y-%m}" if moved else f"all its months, most in {worst:%Y-%m}"
    earlier, now = before[worst], after.get(worst, NOTHING)
    yield Finding(
        "past moved",
        name,
        datetime(shown[0].year, shown[0].month, 1),
        f"the cohorts that the generation before told of ({worst:%Y-%m}: {ratio(earlier)}), but for "
        f"{most_rewritten(list(before.values())):,} units",
        f"{sum(rewritten.values()):,.0f} units told otherwise in {months}: {ratio(now)}",
        looks(name).format(first=shown[0].isoformat(), last=shown[-1].isoformat()),
        (name,),
    )


def of_growth(name: str, before: Months, after: Months, since: Since, looks: Callable[[str], str]) -> Iterator[Finding]:
    """Yield a metric whose closed months hold more units than late rows explain."""
    over = [month for month in sorted(before) if since.is_over(name, month)]
    then = sum(before[month].units for month in over)
    now = sum(after.get(month, NOTHING).units for month in over)
    most = math.floor(then + max(FEWEST_UNITS, MOST_GROWTH * then, since.rows))
    if now > most:
        yield Finding(
            "past moved",
            f"{name} (size)",
            datetime(over[0].year, over[0].month, 1),
            f"at most {most:,} units in the {len(over)} months that are over: {then:,.0f} and what came late",
            f"{now:,.0f} units",
            looks(name).format(first=over[0].isoformat(), last=over[-1].isoformat()),
            (name,),
        )


def told_otherwise(before: Figure, now: Figure) -> float:
    """Return the least number of units that left a cell."""
    besides = (before.units - before.hits) - (now.units - now.hits)
    return max(0.0, before.hits - now.hits) + max(0.0, besides)


def most_rewritten(cohorts: Sequence[Figure]) -> int:
    """Return how many units of these cohorts may be told otherwise."""
    units, hits = sum(each.units for each in cohorts), sum(each.hits for each in cohorts)
    share = (hits + 2) / (units + 4)
    spread = math.sqrt(units * share * (1 - share))
    return math.floor(max(FEWEST_UNITS, PAST_DEVIATIONS * spread, PAST_SHARE * units))


def of_newest(name: str, before: Months, after: Months, looks: Callable[[str], str]) -> Iterator[Finding]:
    """Yield a metric whose newest cohort lies outside the band of those before it."""
    large = [after[month] for month in sorted(after) if after[month].units >= LEAST_COHORT]
    if not large:
        return
    *elders, newest = large[-MOST_MONTHS:]
    is_new = before.get(newest.month, NOTHING).units < LEAST_COHORT
    if not is_new or len(elders) < LEAST_MONTHS:
        return
    shares = [each.hits / each.units for each in elders]
    middle = median(shares)
    spread = MAD_TO_SD * median(abs(share - middle) for share in shares)
    noise = math.sqrt((middle * (1 - middle) + 1 / newest.units) / newest.units)
    width = max(NEWEST_DEVIATIONS * math.hypot(spread, noise), LEAST_WIDTH)
    away = abs(newest.hits / newest.units - middle)
    if away > width:
        kind = "newest far off" if away > FAR * width else "newest unusual"
        expected = f"{max(middle - width, 0):.1%} to {min(middle + width, 1):.1%}, by the {len(elders)} months before"
        month = newest.month.isoformat()
        yield Finding(
            kind,
            name,
            datetime(newest.month.year, newest.month.month, 1),
            expected,
            ratio(newest),
            looks(name).format(first=month, last=month),
            (name,),
        )


def ratio(figure: Figure) -> str:
    """Return a share with its parts."""
    return f"{figure.hits / figure.units:.1%} ({figure.hits:,.0f} of {figure.units:,.0f})" if figure.units else "none"
