"""Frames of units for the table macros of the curves, the functions that run them, and both curves in fractions."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple

import duckdb
import numpy as np
import polars as pl

Unit = tuple[int, int, int]
"""entry_days, exit_days, event_code (0 censored)."""

Curve = Callable[[pl.DataFrame], pl.DataFrame]


def runner(connection: duckdb.DuckDBPyConnection, macro: str) -> Curve:
    """Return a function that runs a published table macro on a frame."""

    def run(units: pl.DataFrame) -> pl.DataFrame:
        connection.register("frame", units.to_arrow())
        connection.execute("create or replace temp table some_units as select * from frame")
        connection.unregister("frame")
        answer = connection.execute(f"select * from marts.{macro}('some_units') order by group_key, day")
        return pl.DataFrame(answer.to_arrow_table())

    return run


def frame(units: list[Unit]) -> pl.DataFrame:
    return pl.DataFrame(units, schema=["entry_days", "exit_days", "event_code"], orient="row")


def random_units(seed: int, size: int = 60) -> list[Unit]:
    """Draw units with many ties, half of them with late entry, of which a third each is censored, event 1, event 2."""
    rng = np.random.default_rng(seed)
    entries = rng.integers(0, 6, size) * rng.integers(0, 2, size)
    exits = entries + rng.integers(1, 15, size)
    return list(zip(entries.tolist(), exits.tolist(), rng.integers(0, 3, size).tolist(), strict=True))


def unwatched_units(seed: int, size: int = 20) -> list[Unit]:
    """Draw units that left before they were watched, or on the day from which they would have been."""
    rng = np.random.default_rng(seed)
    exits = rng.integers(1, 15, size)
    entries = exits + rng.integers(0, 3, size)
    return list(zip(entries.tolist(), exits.tolist(), rng.integers(0, 3, size).tolist(), strict=True))


class Step(NamedTuple):
    """Both curves on one day, in rational arithmetic."""

    at_risk: int
    events: int
    host: Fraction
    elsewhere: Fraction
    survival: Fraction
    variance: Fraction
    greenwood: Fraction


def exact_curve(units: Sequence[Unit], competing: bool) -> dict[int, Step]:
    """Return day -> what the textbook's definitions say of it; event 2 is censored unless it competes.

    Units that left before they were watched are nobody's.

    Kalbfleisch and Prentice (2002), sections 1.4 and 8.2; the variance is that of Marubini and Valsecchi (1995), 11.3.
    """
    host, elsewhere, survival, greenwood = Fraction(0), Fraction(0), Fraction(1), Fraction(0)
    past: list[tuple[Fraction, Fraction, int, int, int]] = []
    answer = {}
    units = [unit for unit in units if unit[0] < unit[1]]
    for day in sorted({exit_day for _, exit_day, _ in units}):
        at_risk = sum(entry < day <= exit_day for entry, exit_day, _ in units)
        hosts = sum(exit_day == day and event == 1 for _, exit_day, event in units)
        others = sum(exit_day == day and event == 2 for _, exit_day, event in units) if competing else 0
        before, events = survival, hosts + others
        host += before * Fraction(hosts, at_risk)
        elsewhere += before * Fraction(others, at_risk)
        survival *= 1 - Fraction(events, at_risk)
        greenwood += Fraction(events, at_risk * (at_risk - events)) if events < at_risk else 0
        past.append((host, before, at_risk, hosts, events))
        variance = exact_variance(host, past)
        answer[day] = Step(at_risk, events, host, elsewhere, survival, variance, survival**2 * greenwood)
    return answer


def exact_variance(host: Fraction, past: list[tuple[Fraction, Fraction, int, int, int]]) -> Fraction:
    total = Fraction(0)
    for then, before, n, d1, d in past:
        if d < n:
            total += (host - then) ** 2 * Fraction(d, n * (n - d))
        total += before**2 * Fraction((n - d1) * d1, n**3)
        total -= 2 * (host - then) * before * Fraction(d1, n**2)
    return total


def covering(read: pl.DataFrame, low: str, high: str, truth: float) -> float:
    """Return the share of bands that cover the truth; a band that is unknown covers nothing."""
    inside = (pl.col(low) <= truth) & (pl.col(high) >= truth)
    return float(read.select(inside.fill_null(False).mean()).item())
