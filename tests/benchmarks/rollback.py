"""Rollback of the small sample between two generations, beside a bare copy of the published file.

``make bench`` runs this. The bare script opens the file with DuckDB and copies its bytes, nothing else. It fails where
a rollback, the whole command, takes more than 5 s.

    python -m tests.benchmarks.rollback [rounds] [data folder with two generations]
"""

import os
import statistics
import sys
import tempfile
from pathlib import Path

from pipelines import generations
from tests.benchmarks.build import throughline
from tests.benchmarks.processes import HEADER, Run, row, timed

MOST_SECONDS = 5.0

BARE = """
import shutil, sys, duckdb
duckdb.connect(sys.argv[1], read_only=True).close()
shutil.copyfile(sys.argv[1], sys.argv[2])
"""


def prepared(data: Path) -> Path:
    """Return a data folder that holds the small sample, published twice."""
    throughline(data, "sample")
    throughline(data, "run")
    throughline(data, "publish")
    return data


def bare_copy(data: Path) -> Run:
    """Copy the file of the current generation."""
    current = generations.standing(data / "published")
    assert current is not None
    file, target = data / "published" / current.path, data / "bare.duckdb"
    return timed([sys.executable, "-c", BARE, str(file), str(target)], dict(os.environ))


def rolled_back(data: Path) -> Run:
    """Make the generation current that is not."""
    current = generations.standing(data / "published")
    (other, *_) = [name for name in generations.names(data / "published") if current and name != current.generation]
    return throughline(data, "rollback", other)


def main(rounds: int = 6, data: str | None = None) -> int:
    """Measure, print the table and return 1 where the limit is passed."""
    with tempfile.TemporaryDirectory(prefix="throughline-bench-") as name:
        folder = Path(data) if data else prepared(Path(name))
        pairs = [(rolled_back(folder), bare_copy(folder)) for _ in range(rounds)]
    ours, bare = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    ratio = statistics.median(our.wall / other.wall for our, other in pairs)
    lines = [
        f"rollback, {rounds} rounds, {os.cpu_count()} processors",
        HEADER,
        row("rollback, small", ours),
        row("bare copy of the file", bare),
        f"ratio of wall times, median {ratio:.1f}; limit {MOST_SECONDS:.0f} s",
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if max(run.wall for run in ours) <= MOST_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main(*(int(each) if each.isdigit() else each for each in sys.argv[1:])))  # type: ignore[arg-type]
