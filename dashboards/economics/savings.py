"""Figures of their own, beside ROI and never inputs of it: the saving against a benchmark, and misfits avoided."""

from dataclasses import dataclass

from dashboards.intervals import newcombe


@dataclass(frozen=True)
class Count:
    """So many events among so many units."""

    events: int
    units: int


@dataclass(frozen=True)
class Amount:
    """An amount in USD with its 95 % interval."""

    usd: float
    low_usd: float
    high_usd: float


@dataclass(frozen=True)
class Estimate:
    """A number with its 95 % interval."""

    value: float
    low: float
    high: float


def saving_against_benchmark(hires: int, benchmark_usd: float, micro_cost_usd: float | None) -> float | None:
    """Return hires x (benchmark cost per hire - micro cost per hire) in USD; None where there is no cost per hire.

    Every hire is counted as if it were caused by the programme, so this flatters: METRICS.md keeps it out of ROI.
    """
    return None if micro_cost_usd is None else hires * (benchmark_usd - micro_cost_usd)


def misfits_avoided(hires: int, micro: Count, comparison: Count, turnover_cost_usd: float) -> Amount | None:
    """Return hires x difference in one-year attrition x turnover cost; None where either attrition is unknown.

    The interval is that of the difference of the two rates (Newcombe 1998, method 10); the turnover cost is given.
    """
    interval = newcombe(comparison.events, comparison.units, micro.events, micro.units)
    if interval is None:
        return None
    worth = hires * turnover_cost_usd
    difference = comparison.events / comparison.units - micro.events / micro.units
    return Amount(worth * difference, worth * interval.low, worth * interval.high)
