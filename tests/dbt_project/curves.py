"""Frames of units for the table macros of the curves, and the functions that run them."""

from collections.abc import Callable

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
