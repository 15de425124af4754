"""What one statement of an analyst may take."""

from dataclasses import dataclass

GIGABYTE = 1 << 30
RUNS_AT_ONCE = 3
"""Statements that run at one time, over all sessions of a process; others wait their turn."""


@dataclass(frozen=True)
class Limits:
    """Rows and bytes that come back, seconds from start to end, memory and spill of the database.

    ``overhead`` is address space of a process beside the database's memory: Python, Arrow, what sorting one huge
    value takes. It bounds what DuckDB does not count: one value, or one list, lies outside its own limit.
    """

    rows: int = 10_000
    seconds: float = 60.0
    memory: int = GIGABYTE
    spill: int = 4 * GIGABYTE
    answer: int = 128 * (1 << 20)
    overhead: int = 3 * GIGABYTE
