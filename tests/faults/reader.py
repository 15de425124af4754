"""A reader in a loop, as the dashboards read: the pointer, the file that it names, one query; or as an analyst does.

Each line that it writes holds when it began to look and when it was done, and what three parts of one result say of
their generation.
"""

import json
import os
import select
import sys
import time
from pathlib import Path

import duckdb

from dashboards import database

QUERY = """
    select
        (select number from analytics.meta.build_facts) as told,
        (select count(*) from analytics.marts.fct_counted) as counted,
        (select any_value(number) from analytics.marts.fct_valued) as valued,
        (select sum(number) / 20000 from analytics.marts.fct_valued) as summed
"""


def look(is_analyst: bool) -> dict[str, object]:
    """Read once, and return what was found."""
    begun = time.monotonic()
    if is_analyst:
        with duckdb.connect() as connection:
            connection.execute(f"attach '{database.published_dir() / 'analytics.duckdb'}' as analytics (read_only)")
            found = connection.sql(QUERY).fetchall()
    else:
        with database.cursor(database.current_generation()) as connection:
            found = connection.sql(QUERY).fetchall()
    return {"begun": begun, "done": time.monotonic(), "found": [int(each) for each in found[0]]}


def loop(told: Path, is_analyst: bool) -> None:
    """Look again and again until the input ends."""
    with told.open("w", buffering=1) as stream:
        while not select.select([0], [], [], 0)[0]:
            try:
                line = look(is_analyst)
            except Exception as error:
                line = {"error": f"{type(error).__name__}: {error}"}
            stream.write(json.dumps(line) + "\n")
            time.sleep(0.01)


if __name__ == "__main__":
    os.nice(5)
    loop(Path(sys.argv[1]), sys.argv[2] == "True")
