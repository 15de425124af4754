"""The process in which one statement runs: ``python -m dashboards.analysis.worker PARENT``, told on standard input.

A process of its own, since DuckDB counts neither one huge value nor one huge list against its memory limit and does
not look at an interrupt while it makes them: here the kernel holds the limit, and the parent may kill. Its environment
is empty, so that there is nothing in it to read.

In: a line of JSON (path, spill, statement, limits). Out: a line of JSON (is_cut, error), then Arrow's stream of rows.
"""

import json
import os
import resource
import sys
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import pyarrow as pa

from dashboards.analysis.fence import fence_off
from dashboards.analysis.limits import Limits
from dashboards.database import PROJECT_DIR, SqlError, hardened

if TYPE_CHECKING:
    from collections.abc import Iterable

BATCH = 2048
SPILL = Path("spill")
"""Below the folder that the parent lent, in which this process works: a setting that tells of it tells of no place."""

PLAIN = (
    pa.types.is_boolean, pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_string,
    pa.types.is_large_string, pa.types.is_date, pa.types.is_timestamp, pa.types.is_time, pa.types.is_null,
)  # fmt: skip
"""Types that every kind of download can hold; all others are written as text, as DuckDB writes them."""


@dataclass(frozen=True)
class Task:
    """What the parent asks for."""

    path: str
    spill: str
    statement: str
    limits: Limits

    @classmethod
    def read(cls, line: str) -> "Task":
        """Read a task from its line."""
        told = json.loads(line)
        return cls(**told | {"limits": Limits(**told["limits"])})

    def line(self) -> str:
        """Write the task as its line."""
        return json.dumps(asdict(self)) + "\n"


def bound(limits: Limits) -> None:
    """Hold this process to its limits: address space, spill, processor time; be the first that the kernel ends."""
    address_space = limits.memory + limits.overhead
    seconds = int(limits.seconds * 4) + 10
    for what, most in (
        (resource.RLIMIT_AS, address_space),
        (resource.RLIMIT_FSIZE, limits.spill),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))
    os.nice(5)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def end_with(parent: int) -> None:
    """End this process once its parent is gone: nobody waits for the answer, and the limits are far."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, name="watch-parent", daemon=True).start()


def without_places(message: str, task: Task) -> str:
    """Return a message without the places on this machine that it may name."""
    own = (task.path, task.spill, *map(str, Path(task.path).parents), *map(str, Path(task.spill).parents))
    places = {each for each in (*own, str(PROJECT_DIR), str(Path.home()), sys.prefix) if each.count("/") > 1}
    for place in sorted(places, key=len, reverse=True):
        message = message.replace(place, "the published file" if place == task.path else "(a place on the machine)")
    return message


def answered(task: Task) -> tuple[pa.Table, bool]:
    """Run the statement and return at most as many rows and bytes as the limits say, and whether there were more."""
    limits = task.limits
    connection = hardened(Path(task.path), SPILL, f"{limits.memory // (1 << 20)}MiB", f"{limits.spill // (1 << 20)}MiB")
    connection.execute("use analytics")
    reader = connection.execute(task.statement).to_arrow_reader(BATCH)
    kept, rows, size, is_cut = [], 0, 0, False
    for batch in reader:
        kept.append(batch)
        rows, size = rows + batch.num_rows, size + batch.nbytes
        if is_cut := rows > limits.rows or size > limits.answer:
            break
    table = pa.Table.from_batches(kept, reader.schema).slice(0, limits.rows)
    return flat(connection, table), is_cut


def flat(connection: Any, table: pa.Table) -> pa.Table:
    """Return the table with each column's name once, sums as whole numbers, and nested and odd types as text."""
    odd = [not any(test(kind) for test in PLAIN) for kind in table.schema.types]
    plain = _written(connection, table, odd) if any(odd) else table
    whole = [_whole(column) for column in plain.columns]
    return pa.table(whole, names=unique(table.column_names))


def _written(connection: Any, table: pa.Table, odd: list[bool]) -> pa.Table:
    """Return the table with its odd columns as DuckDB writes them."""
    names = [f"c{place}" for place in range(table.num_columns)]
    written = (f"cast({name} as varchar)" if is_odd else name for name, is_odd in zip(names, odd, strict=True))
    connection.register("answer", table.rename_columns(names))
    return connection.execute(f"select {', '.join(written)} from answer").to_arrow_table()


def unique(names: "Iterable[str]") -> list[str]:
    """Return the names, a repeated one with its number: a, a_2."""
    found: list[str] = []
    for name in names:
        number, candidate = 1, name
        while candidate in found:
            number += 1
            candidate = f"{name}_{number}"
        found.append(candidate)
    return found


def _whole(column: Any) -> Any:
    """Return a sum of integers, which comes as a decimal, as integers, or as text where they are too large."""
    if not (pa.types.is_decimal(column.type) and column.type.scale == 0):
        return column
    with suppress(pa.ArrowInvalid):
        return column.cast(pa.int64())
    return column.cast(pa.string())


def unspoken() -> BinaryIO:
    """Return the way to the parent, and send standard output nowhere: a log or a profile is no part of the answer."""
    out = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    return out


def main() -> None:
    """Read a task, run it, write the answer."""
    end_with(int(sys.argv[1]))
    task = Task.read(sys.stdin.readline())
    bound(task.limits)
    out = unspoken()
    os.chdir(task.spill)
    fence_off([Path(task.path)], Path(task.spill))
    told: dict[str, object] = {"is_cut": False, "error": None}
    table = pa.table({})
    try:
        table, told["is_cut"] = answered(task)
    except (SqlError, OSError) as error:  # After the first rows DuckDB's errors come through Arrow, as OSError.
        told["error"] = without_places(str(error), task)
    except MemoryError:
        told["error"] = "MemoryError"
    out.write(json.dumps(told).encode() + b"\n")
    with pa.ipc.new_stream(out, table.schema) as stream:
        stream.write_table(table)
    out.flush()
    os._exit(0)  # The connection is read-only; to take it apart could take long after a large answer.


if __name__ == "__main__":
    main()
