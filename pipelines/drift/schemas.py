"""Columns: those that come or go against the delivery before, and those on which a delivery's rows fail.

A file without a required column is refused when it is read. One whose column was retyped is read, and its rows go to
the quarantine, where nothing is lost; but what would be published then lacks them, so that the publish is blocked.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from statistics import median

import duckdb

from pipelines.drift.deliveries import FILES, Delivery, with_history
from pipelines.drift.findings import Finding
from pipelines.ledger import WHOLE
from pipelines.sql import literal

FAILING_SHARE = 0.02
"""Rows that fail on a column are dirt up to this share, or up to the feed's own usual share where that is greater."""

FEWEST_FAILING = 5
DEVIATIONS = 4.0
PLAIN = re.compile(r"(?!.*\d{4})[A-Za-z][A-Za-z0-9_ .-]{0,39}")
"""Names of columns that may be published: a file may have put anything where a name belongs."""

FAILURES = f"""
    select source, entity, mode, feed, moment, column_name, count(*), mode(rule)
    from quarantine.rows as rows
    inner join ({FILES}) as files using (source, entity, file_id, delivered_at)
    where rows.status = 'open'
    group by source, entity, mode, feed, moment, column_name
"""

Failing = dict[tuple[object, ...], dict[str, tuple[int, str]]]
"""Delivery -> column -> how many rows fail on it, and the rule that most of them break."""


def of_columns(feeds: Iterable[list[Delivery]]) -> Iterator[Finding]:
    """Yield the columns that came or went with each new delivery."""
    for feed in feeds:
        for delivery, before in with_history(feed):
            known = next((each.columns for each in reversed(before) if each.columns), None)
            if known and delivery.columns:
                yield from changed(delivery, known)


def changed(delivery: Delivery, known: Iterable[str]) -> Iterator[Finding]:
    """Yield what of a delivery's columns is new, and what is no longer there."""
    earlier = set(known)
    added = [name for name in delivery.columns if name not in earlier]
    gone = sorted(earlier - set(delivery.columns))
    look = f"select delivered_at, file_name, columns from ops.deliveries where {delivery.of_feed} order by 1 desc"
    for kind, expected, names in (
        ("column added", "the columns of the delivery before", [with_use(name, delivery) for name in added]),
        ("column gone", "every column of the delivery before", [shown(name) for name in gone]),
    ):
        if names:
            found = f"{', '.join(names)} {'besides' if kind == 'column added' else 'missing'}"
            yield Finding(kind, delivery.subject, delivery.moment, expected, found, look)


def with_use(name: str, delivery: Delivery) -> str:
    """Name a column, and what it feeds."""
    field = delivery.columns[name]
    return shown(name) + (" (nothing uses it)" if field is None else "" if field == name else f" (feeds {field})")


def shown(name: str) -> str:
    """Return the name, or for one that is no plain word what may be said of it."""
    return name if PLAIN.fullmatch(name) else "a column with an unusual name"


def of_failures(
    connection: duckdb.DuckDBPyConnection, feeds: Iterable[list[Delivery]], accepted: Mapping[str, datetime]
) -> Iterator[Finding]:
    """Yield the columns on which more rows of a new delivery fail than dirt explains."""
    counted = failing_rows(connection)
    for feed in feeds:
        for delivery, before in with_history(feed):
            if delivery.mode in WHOLE and delivery is not feed[-1]:
                continue  # the later one takes its place
            for column, (failing, rule) in counted.get(place(delivery), {}).items():
                level = accepted.get(f"{delivery.subject}: {column}")
                shares = [share(counted, each, column) for each in before]
                usual = [share(counted, each, column) for each in before if each.moment == level]
                most = most_failing(delivery.rows, max([FAILING_SHARE, median(shares or [0]), *usual]))
                if failing > most:
                    yield failure(delivery, column, failing, most, rule)


def failing_rows(connection: duckdb.DuckDBPyConnection) -> Failing:
    """Return what stands open in quarantine, by delivery and column; a whole record's is called ``record``."""
    found: Failing = {}
    for *where, column, rows, rule in connection.sql(FAILURES).fetchall():
        found.setdefault(tuple(where), {})[column or "record"] = (rows, rule)
    return found


def place(delivery: Delivery) -> tuple[object, ...]:
    """Return what names a delivery."""
    return (delivery.source, delivery.entity, delivery.mode, delivery.feed, delivery.moment)


def share(counted: Failing, delivery: Delivery, column: str) -> float:
    """Return the share of a delivery's rows that fail on a column."""
    return counted.get(place(delivery), {}).get(column, (0, ""))[0] / delivery.rows if delivery.rows else 0.0


def most_failing(rows: int, usual: float) -> int:
    """Return how many rows may fail where this share usually does: four standard deviations of that count above it."""
    spread = math.sqrt(rows * usual * (1 - usual))
    return max(FEWEST_FAILING - 1, math.floor(rows * usual + DEVIATIONS * spread))


def failure(delivery: Delivery, column: str, failing: int, most: int, rule: str) -> Finding:
    """Return the finding of a column on which rows fail, with those rows to look at."""
    where = f"delivered_at = timestamp {literal(delivery.moment)}"
    named = f"column_name = {literal(column)}" if column != "record" else "column_name is null"
    return Finding(
        "column fails",
        f"{delivery.subject}: {column}",
        delivery.moment,
        f"{column} as the contract or the mapping says, in all but {most:,} of {delivery.rows:,} rows",
        f"{failing:,} rows in quarantine by it, for the most part: {rule}",
        "select file_name, line, column_name, rule, expected, found, raw_text from quarantine.rows "
        f"where source = {literal(delivery.source)} and entity = {literal(delivery.entity)} and {named} "
        f"and status = 'open' and {where} order by file_name, line",
    )
