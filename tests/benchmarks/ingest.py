"""Ingest of ten million applications against a bare DuckDB read of the same file, in turns.

``make bench`` runs this. The bare script reads the CSV with types into a table and nothing else. Ours looks at the
bytes, rejects and quarantines, finds duplicate keys, adds provenance and enters the ledger. It fails above twice the
bare time or 8 GB, or where rejects or provenance are missing.

    python -m tests.benchmarks.ingest [rows] [rounds]
"""

import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

import duckdb

from pipelines.contract import ENTITIES, PROVENANCE
from tests.benchmarks.processes import HEADER, Run, row, timed
from tests.conftest import ROOT

ROWS, ROUNDS = 10_000_000, 3
MOST_RATIO, MOST_GIGABYTES = 2.0, 8.0
DIRTY = 1_000
"""Rows, spread over the file, that do not conform: 3 kinds, one of them found by the reader itself."""

BARE = """
import sys, duckdb
connection = duckdb.connect(sys.argv[2])
connection.execute("set enable_progress_bar = false")
connection.execute(f'''
    create table applications as
    select * from read_csv('{sys.argv[1]}', auto_detect = false, header = true, store_rejects = true, columns = {{
        'application_id': 'VARCHAR', 'project_id': 'VARCHAR', 'student_id': 'VARCHAR', 'applied_at': 'TIMESTAMP',
        'status': 'VARCHAR', 'updated_at': 'TIMESTAMP'
    }})
''')
connection.close()
"""


def write_file(path: Path, rows: int) -> None:
    """Write applications as CSV, a few of them dirty: a field too many, a text for a time, another status."""
    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        connection.execute(f"""
            copy (
                select 'application_id,project_id,student_id,applied_at,status,updated_at' as line
                union all
                select
                    'A' || lpad(row::varchar, 9, '0') || ',P' || lpad((hash(row) % 600000)::varchar, 7, '0')
                    || ',S' || lpad((hash(row + 1) % 900000)::varchar, 7, '0') || ','
                    || case when is_dirty and row % 3 = 1 then 'yesterday'
                        else strftime(timestamp '2022-07-01' + to_seconds((row * 12)::bigint), '%Y-%m-%dT%H:%M:%SZ') end
                    || case when is_dirty and row % 3 = 2 then ',perhaps' when row % 5 = 0 then ',selected'
                        when row % 5 = 1 then ',open' else ',rejected' end
                    || strftime(timestamp '2022-07-02' + to_seconds((row * 12)::bigint), ',%Y-%m-%dT%H:%M:%SZ')
                    || case when is_dirty and row % 3 = 0 then ',more' else '' end
                from (select range as row, range % {rows // DIRTY} = 7 as is_dirty from range({rows}))
            ) to '{path}' (header false, quote '', escape '', delimiter '\x1e')
        """)


def bare_run(file: Path, folder: Path) -> Run:
    """Run the bare script into a fresh database."""
    target = folder / "bare.duckdb"
    target.unlink(missing_ok=True)
    return timed([sys.executable, "-c", BARE, str(file), str(target)], dict(os.environ))


def our_run(data: Path) -> Run:
    """Run ``throughline ingest`` into a fresh warehouse."""
    shutil.rmtree(data / "warehouse", ignore_errors=True)
    environment = {**os.environ, "THROUGHLINE_DATA": str(data), "PYTHONPATH": str(ROOT)}
    return timed([sys.executable, "-m", "pipelines", "ingest"], environment)


def held(data: Path) -> tuple[int, int, bool]:
    """Return rows loaded, rows quarantined, and whether every provenance column is filled."""
    names = [column.name for column in PROVENANCE]
    with duckdb.connect(str(data / "warehouse" / "analytics.duckdb"), read_only=True) as connection:
        columns = [row[0] for row in connection.sql("describe raw.applications").fetchall()]
        filled = " and ".join(f"count({name}) = count(*)" for name in names)
        loaded, complete = connection.sql(f"select count(*), {filled} from raw.applications").fetchall()[0]
        (quarantined,) = connection.sql("select count(*) from quarantine.rows where raw_text is not null").fetchall()[0]
    expected = [column.name for column in ENTITIES["applications"].columns] + names
    return int(loaded), int(quarantined), bool(complete) and columns == expected


def main(rows: int = ROWS, rounds: int = ROUNDS) -> int:
    """Measure in turns, print the table and return 1 where a limit is passed."""
    with tempfile.TemporaryDirectory(prefix="throughline-bench-") as name:
        data = Path(name) / "data"
        file = data / "landing" / "applications_2030-01-01.csv"
        file.parent.mkdir(parents=True)
        write_file(file, rows)
        size = file.stat().st_size / 1e6
        bare_run(file, Path(name))
        pairs = [(our_run(data), bare_run(file, Path(name))) for _ in range(rounds)]
        loaded, quarantined, complete = held(data)
    ours, bare = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    ratio = statistics.median(our.wall / other.wall for our, other in pairs)
    memory = max(run.gigabytes for run in ours)
    lines = [
        f"ingest of {rows:,} applications, {size:,.0f} MB, {rounds} rounds, {os.cpu_count()} processors",
        HEADER,
        row("throughline ingest", ours),
        row("bare typed read_csv", bare),
        f"ratio of wall times, median {ratio:.2f} (limit {MOST_RATIO}); peak {memory:.2f} GB (limit {MOST_GIGABYTES})",
        f"{loaded:,} loaded + {quarantined:,} quarantined with their text; provenance complete: {complete}",
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    is_whole = complete and loaded + quarantined == rows and quarantined == DIRTY
    return 0 if is_whole and ratio <= MOST_RATIO and memory <= MOST_GIGABYTES else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
