"""The dbt build of the small sample and of ten million applications, beside a bare copy of the same raw tables.

``make bench`` runs this. The bare script reads every raw table and writes it into a fresh DuckDB file, nothing else.
It fails where the small build takes more than 30 s, or the large one more than 4 minutes or 10 GB.

    python -m tests.benchmarks.build [rounds] [data folder with ten million applications, ingested]
"""

import os
import statistics
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.processes import HEADER, Run, row, timed
from tests.conftest import ROOT

SMALL, LARGE = "small", "10000000"
MOST_SECONDS = {SMALL: 30.0, LARGE: 240.0}
MOST_GIGABYTES = 10.0

BARE = """
import sys, duckdb
connection = duckdb.connect(sys.argv[2])
connection.execute("set enable_progress_bar = false")
connection.execute("set preserve_insertion_order = false")
connection.execute(f"attach '{sys.argv[1]}' as analytics (read_only)")
for (name,) in connection.sql(
    "select table_name from duckdb_tables() where database_name = 'analytics' and schema_name = 'raw'"
).fetchall():
    connection.execute(f"create table {name} as select * from analytics.raw.{name}")
connection.close()
"""


def throughline(data: Path, *arguments: str) -> Run:
    """Run one command of ours on a data folder."""
    environment = {**os.environ, "THROUGHLINE_DATA": str(data), "PYTHONPATH": str(ROOT)}
    return timed([sys.executable, "-m", "pipelines", *arguments], environment)


def bare_copy(data: Path) -> Run:
    """Copy the raw tables into a fresh file."""
    target = data / "bare.duckdb"
    target.unlink(missing_ok=True)
    warehouse = data / "warehouse" / "analytics.duckdb"
    return timed([sys.executable, "-c", BARE, str(warehouse), str(target)], dict(os.environ))


def prepared(data: Path, scale: str) -> Path:
    """Return a data folder that holds the sample of a scale, ingested."""
    if not (data / "warehouse").exists():
        throughline(data, "sample", "--scale", scale)
        throughline(data, "ingest")
    return data


def measured(data: Path, scale: str, rounds: int) -> tuple[list[str], bool]:
    """Build and copy in turns; return the lines of the table and whether the limits were kept."""
    pairs = [(throughline(data, "build"), bare_copy(data)) for _ in range(rounds)]
    ours, bare = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    seconds, memory = statistics.median(run.wall for run in ours), max(run.gigabytes for run in ours)
    ratio = statistics.median(our.wall / other.wall for our, other in pairs)
    lines = [
        row(f"build, {scale}", ours),
        row(f"bare copy of raw, {scale}", bare),
        f"ratio of wall times, median {ratio:.1f}; limits {MOST_SECONDS[scale]:.0f} s, {MOST_GIGABYTES:.0f} GB",
    ]
    return lines, seconds <= MOST_SECONDS[scale] and memory <= MOST_GIGABYTES


def main(rounds: int = 3, large: str | None = None) -> int:
    """Measure both scales, print the table and return 1 where a limit is passed."""
    with tempfile.TemporaryDirectory(prefix="throughline-bench-") as name:
        folders = {SMALL: Path(name) / SMALL, LARGE: Path(large) if large else Path(name) / "large"}
        found = [measured(prepared(folder, scale), scale, rounds) for scale, folder in folders.items()]
    title = f"dbt build, {rounds} rounds, {os.cpu_count()} processors"
    lines = [title, HEADER, *(line for lines, _ in found for line in lines)]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if all(is_kept for _, is_kept in found) else 1


if __name__ == "__main__":
    sys.exit(main(*(int(each) if each.isdigit() else each for each in sys.argv[1:])))  # type: ignore[arg-type]
