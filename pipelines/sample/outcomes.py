"""Who is hired, where and when: one draw for the sample and for the tests of coverage, and its closed form.

A completer is hired by the host with one probability after a Gamma(2) time, elsewhere with another after a slower
Gamma(2) time, else never. The causes exclude each other, so the host's cumulative incidence is share x Gamma(2) CDF.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.sample.streams import Floats, Ints

DAYS_PER_MONTH = 365.25 / 12
NONE, HOST, ELSEWHERE = 0, 1, 2
_UNITS = np.concatenate([np.linspace(0.0, 8.0, 16_001), np.linspace(8.01, 40.0, 3_200)])


def gamma2_cdf(units: Floats | float) -> Floats:
    """Return the probability that a Gamma(2, 1) time is at most ``units``: 1 - (1 + x) exp(-x)."""
    positive = np.maximum(np.asarray(units, dtype=np.float64), 0.0)
    return np.asarray(1.0 - (1.0 + positive) * np.exp(-positive))


_LEVELS = gamma2_cdf(_UNITS)


def gamma2_quantile(levels: Floats) -> Floats:
    """Return Gamma(2, 1) quantiles by table (error below 1e-5 in the body)."""
    return np.asarray(np.interp(levels, _LEVELS, _UNITS))


@dataclass(frozen=True)
class Scenario:
    """The scenario that the product must pass (METRICS): times in months, shares from 0 to 1."""

    months: float = 36.0
    growth: float = 1.06
    host_share: float = 0.10
    host_scale_months: float = 4.0
    elsewhere_share: float = 0.45
    elsewhere_scale_months: float = 6.0

    @property
    def as_of_days(self) -> float:
        return self.months * DAYS_PER_MONTH


def draw_outcomes(host_share: Floats | float, causes: Floats, times: Floats, scenario: Scenario) -> tuple[Ints, Floats]:
    """Return event code (0 none, 1 host, 2 elsewhere) and days after completion (infinite for none).

    ``causes`` and ``times`` are uniform numbers; ``host_share`` may differ from person to person.
    """
    elsewhere_below = np.minimum(np.asarray(host_share) + scenario.elsewhere_share, 1.0)
    event = np.where(causes < host_share, HOST, np.where(causes < elsewhere_below, ELSEWHERE, NONE)).astype(np.int64)
    months = np.where(event == HOST, scenario.host_scale_months, scenario.elsewhere_scale_months)
    days = gamma2_quantile(times) * months * DAYS_PER_MONTH
    return event, np.where(event == NONE, np.inf, days)


def true_incidence(days: Floats | float, scenario: Scenario | None = None) -> Floats:
    """Return the host's cumulative incidence at ``days`` after completion, in closed form."""
    scenario = scenario or Scenario()
    units = np.asarray(days, dtype=np.float64) / (scenario.host_scale_months * DAYS_PER_MONTH)
    return np.asarray(scenario.host_share * gamma2_cdf(units))


def draw_completions(levels: Floats, scenario: Scenario) -> Floats:
    """Return days of completion in [0, months] with density proportional to growth ** month."""
    months = np.log1p(levels * (scenario.growth**scenario.months - 1.0)) / np.log(scenario.growth)
    return np.asarray(months * DAYS_PER_MONTH)


def draw_pairs(n: int, rng: np.random.Generator, scenario: Scenario | None = None) -> pl.DataFrame:
    """Draw ``n`` censored person-host pairs.

    Columns: completed_day, entry_days (0), exit_days (whole days, at least 1), event_code (1 host, 2 elsewhere,
    0 still unhired when follow-up ends), host_days (true days to the host's hire, seen or not; NULL if never).
    """
    scenario = scenario or Scenario()
    levels = rng.random((3, n))
    completed = draw_completions(levels[0], scenario)
    event, days = draw_outcomes(scenario.host_share, levels[1], levels[2], scenario)
    followed = scenario.as_of_days - completed
    seen = days <= followed
    exits = np.maximum(np.ceil(np.minimum(days, followed)), 1).astype(np.int64)
    return pl.DataFrame(
        {
            "completed_day": np.floor(completed).astype(np.int64),
            "entry_days": np.zeros(n, dtype=np.int64),
            "exit_days": exits,
            "event_code": np.where(seen, event, NONE).astype(np.int64),
            "host_days": pl.Series(np.where(event == HOST, days, np.nan)).fill_nan(None),
        }
    )
