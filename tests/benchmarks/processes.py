"""What a process took: wall and processor seconds, and its peak memory."""

import os
import statistics
import time
from dataclasses import dataclass

HEADER = f"{'':<28}{'wall s':>10}{'cpu s':>10}{'peak GB':>10}"


@dataclass(frozen=True)
class Run:
    """One finished process: wall seconds, processor seconds and its peak memory in GB."""

    wall: float
    cpu: float
    gigabytes: float


def timed(command: list[str], environment: dict[str, str]) -> Run:
    """Run a command to its end and return what it took."""
    started = time.perf_counter()
    process = os.spawnve(os.P_NOWAIT, command[0], command, environment)
    _, status, usage = os.wait4(process, 0)
    wall = time.perf_counter() - started
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"{command} failed")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1e6)


def row(name: str, runs: list[Run]) -> str:
    """Return a line of the table: medians of wall and processor seconds, greatest memory."""
    wall, cpu = (statistics.median(getattr(run, part) for run in runs) for part in ("wall", "cpu"))
    return f"{name:<28}{wall:>10.1f}{cpu:>10.1f}{max(run.gigabytes for run in runs):>10.2f}"
