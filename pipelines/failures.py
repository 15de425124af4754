"""What failed in the last run, and its rows: checks of the raw tables, tests of dbt, checks of the marts."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb
import polars as pl

from pipelines import current
from pipelines.builds import last_batch
from pipelines.contract import ENTITIES
from pipelines.errors import ThroughlineError, did_you_mean
from pipelines.opening import reading
from pipelines.settings import Settings
from pipelines.transform import FAILED

COLUMNS = {"where": pl.String, "check": pl.String, "severity": pl.String, "rows": pl.Int64, "expected": pl.String}
BORDERS = {"in": "raw", "out": "marts"}

VERDICTS = """
    select border, entity, rule, column_name, severity, coalesce(unexpected_count, 0), description
    from ops.validation_results
    where not is_success and batch_id = ?
    order by severity, border, entity, column_name, rule
"""


class UnknownFailure(ThroughlineError):
    """A name that is none of a check that failed, or of one that has no rows of its own."""

    next_command = "throughline failures"


def listed(settings: Settings) -> pl.DataFrame:
    """Return what failed last: where, the name of the check, its severity, how many rows, what was expected."""
    tests = [("build", each["name"], "critical", each["failures"], each["message"]) for each in failed_tests(settings)]
    checks = [
        (BORDERS[border], check_name(entity, column, rule), severity, rows, description)
        for border, entity, rule, column, severity, rows, description in verdicts(settings)
    ]
    return pl.DataFrame([*tests, *checks], schema=COLUMNS, orient="row")


def failing_rows(settings: Settings, name: str, limit: int) -> pl.DataFrame:
    """Return the first rows of a check that failed; raise UnknownFailure where there is none of that name."""
    for each in failed_tests(settings):
        if each["name"] == name:
            with reading(settings) as connection:
                return connection.sql(f"select * from ({each['compiled_code']}) limit {limit}").pl()
    for border, entity, rule, column, *_ in verdicts(settings):
        if check_name(entity, column, rule) == name:
            return rows_of_check(settings, border, entity, (rule, column), limit)
    known = listed(settings)["check"].to_list()
    raise UnknownFailure(f"expected a check that failed; found {name!r} ({did_you_mean(name, known)}).")


def check_name(entity: str, column: str | None, rule: str) -> str:
    """Return what a check of a border is called."""
    return f"{entity}.{column}: {rule}" if column else f"{entity}: {rule}"


def failed_tests(settings: Settings) -> list[dict[str, Any]]:
    """Return the tests of the last build that found rows, as dbt tells of them, each with its name."""
    path = settings.warehouse_dir / "dbt" / "run_results.json"
    results = json.loads(path.read_text())["results"] if path.exists() else []
    return [
        {**each, "name": each["unique_id"].split(".")[2]}
        for each in results
        if each["unique_id"].startswith("test.") and each["status"] in FAILED and each.get("failures")
    ]


def verdicts(settings: Settings) -> list[tuple[Any, ...]]:
    """Return the checks at the borders that failed for the last batch."""
    with reading(settings) as connection:
        return connection.execute(VERDICTS, [last_batch(connection)]).fetchall()


def rows_of_check(
    settings: Settings, border: str, entity: str, check: tuple[str, str | None], limit: int
) -> pl.DataFrame:
    """Return rows that break a check at a border, as the warehouse holds them now."""
    from expectations import border_in, border_out
    from expectations.rows import failing_rows as select_of

    with laid_out(settings, border) as connection:
        if border == "in":
            rules = border_in.expectations(ENTITIES[entity])
        else:
            rules = border_out.expectations(border_out.Mart(entity, current.marts(connection)[entity]))
        found = next((each for each in rules if (each.meta["rule"], each.meta["column"]) == check), None)
        select = select_of(found, f'"current".{entity}') if found is not None else None
        if select is None:
            name = check_name(entity, check[1], check[0])
            raise UnknownFailure(f"expected a check with rows of its own; found {name!r}, which is of the whole table.")
        return connection.sql(f"{select} limit {limit}").pl()


@contextmanager
def laid_out(settings: Settings, border: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """Lend the warehouse as the checks of a border see it: the rows that dbt reads, or the marts that it made."""
    if border == "out":
        connection = current.open_published(settings.warehouse_path, settings.warehouse_dir / "spill")
    else:
        connection = current.open_raw(
            settings.warehouse_path, memory_limit=settings.memory_limit, threads=settings.threads
        )
        for each in ENTITIES.values():
            current.lay_out(connection, each)
    with connection:
        yield connection
