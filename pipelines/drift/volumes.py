"""Volumes: how many rows a delivery has against what its feed brought before, how many keys it drops, what marts keep.

Volumes differ by factors, not by differences, so that logarithms are compared: with the median of the feed, by its
median absolute deviation (1.4826 times it estimates a standard deviation, whatever a few outliers such as a first
delivery of a whole history do) and the noise of a count. The band has a floor, since few deliveries that happen to be
alike would make it too narrow. What comes within half of the feed's usual pause, such as a late file, adds to what came
before it and is not too small by itself.
"""

import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import pairwise
from statistics import median

import duckdb

from pipelines.drift.deliveries import Delivery, with_history
from pipelines.drift.findings import Finding
from pipelines.ledger import WHOLE
from pipelines.sql import literal

HISTORY = 12
"""So many deliveries before are looked at: a year of months."""

LEAST_HISTORY = 4
"""Fewer deliveries make no band, unless somebody accepted a new level."""

SNAPSHOT_HISTORY = 3
DEVIATIONS = {"volume far off": 4.0, "volume unusual": 3.0}
FACTORS = {"volume far off": 4.0, "volume unusual": 2.0}
"""A delivery of changes within this factor of the median is never called so: terms differ by as much."""

FEW_MORE = 1_000
"""So many rows above the median may always come: a small feed has large factors, and more rows hide none."""

LEAST_SHARE = 0.5
MOST_GROWTH = 3.0
FEW_ROWS = 100
"""A mart of fewer rows may grow by any factor."""

MAD_TO_SD = 1.4826

Accepted = Mapping[str, datetime]
"""Feed -> the delivery whose volume somebody accepted last: the history begins there."""


def of_deliveries(
    connection: duckdb.DuckDBPyConnection, feeds: list[list[Delivery]], accepted: Accepted
) -> Iterator[Finding]:
    """Yield the new deliveries whose volume is outside its feed's band, and snapshots that drop most keys."""
    for feed in feeds:
        since = accepted.get(feed[0].subject)
        for delivery, before in with_history(feed):
            if delivery.mode in WHOLE:
                if delivery is feed[-1]:  # A later one takes the place of an earlier one.
                    of_shown = [each for each in before if not each.is_new] or before
                    yield from of_snapshot(delivery, of_shown)
                    yield from gone_keys(connection, delivery, of_shown)
                continue
            known = [each.rows for each in before if since is None or each.moment >= since][-HISTORY:]
            if len(known) >= (LEAST_HISTORY if since is None else 1):
                yield from of_changes(delivery, known, added_to(delivery, before[-HISTORY:]))


def added_to(delivery: Delivery, before: list[Delivery]) -> int:
    """Return the rows that came within half of the feed's usual pause before a delivery."""
    pauses = [(later.moment - earlier.moment).total_seconds() for earlier, later in pairwise(before)]
    near = median(pauses) / 2 if pauses else 0
    return sum(each.rows for each in before if (delivery.moment - each.moment).total_seconds() < near)


def of_snapshot(delivery: Delivery, before: list[Delivery]) -> Iterator[Finding]:
    """Yield a snapshot below half or above the double of what the last ones that were shown held."""
    known = [each.rows for each in before][-SNAPSHOT_HISTORY:]
    if not known:
        return
    usual = min(median(known), known[-1])
    if delivery.rows < LEAST_SHARE * usual:
        yield told("volume far off", delivery, f"at least {math.ceil(LEAST_SHARE * usual):,} rows, half of the usual")
    elif delivery.rows > max(known[-1] / LEAST_SHARE, known[-1] + FEW_ROWS):
        yield told("volume unusual", delivery, f"at most the double of the {known[-1]:,} rows before")


def of_changes(delivery: Delivery, known: list[int], added: int) -> Iterator[Finding]:
    """Yield a delivery of changes outside the band of those before it; ``added`` rows came just before it."""
    for kind in FACTORS:
        low, high = band(known, DEVIATIONS[kind], FACTORS[kind])
        high = max(high, math.floor(median(known)) + FEW_MORE)
        if delivery.rows + added < low or delivery.rows > high:
            expected = f"{low:,} to {high:,} rows, by the {len(known)} deliveries before"
            yield told(kind, delivery, expected)
            return


def band(known: list[int], deviations: float, factor: float) -> tuple[int, int]:
    """Return the least and the most rows that are within so many deviations, or this factor, of the median."""
    logs = [math.log1p(rows) for rows in known]
    middle = median(logs)
    spread = MAD_TO_SD * median(abs(each - middle) for each in logs)
    noise = 1 / math.sqrt(math.expm1(middle) + 1)
    width = max(deviations * math.hypot(spread, noise), math.log(factor))
    return math.floor(math.expm1(middle - width)), math.ceil(math.expm1(middle + width))


def told(kind: str, delivery: Delivery, expected: str) -> Finding:
    """Return the finding of a delivery, with its feed's deliveries to look at."""
    look = (
        "select delivered_at, file_name, rows_read, rows_loaded, rows_unchanged, rows_quarantined "
        f"from ops.deliveries where {delivery.of_feed} order by delivered_at desc"
    )
    return Finding(kind, delivery.subject, delivery.moment, expected, f"{delivery.rows:,} rows", look)


def gone_keys(connection: duckdb.DuckDBPyConnection, delivery: Delivery, before: list[Delivery]) -> Iterator[Finding]:
    """Yield a snapshot that lacks more than half of the keys of the last one that was shown."""
    if not before:
        return
    then = before[-1]
    gone = f"{keys_of(then)} and standing <> 'unread' except {keys_of(delivery)}"
    ((found,),) = connection.sql(f"select count(*) from ({gone})").fetchall()
    if found > (1 - LEAST_SHARE) * then.rows:
        look = (
            f"select * from raw.{delivery.entity} where _is_deleted and _source = {literal(delivery.source)} "
            f"and _delivered_at > timestamp {literal(then.moment)} "
            f"and _delivered_at <= timestamp {literal(delivery.moment)}"
        )
        expected = f"most of the {then.rows:,} keys of the snapshot before"
        yield Finding("keys gone", delivery.subject, delivery.moment, expected, f"{found:,} of them gone", look)


def keys_of(delivery: Delivery) -> str:
    """Return SQL for the keys of a snapshot, those of rows that do not conform among them."""
    return (
        f"select _key from ops.snapshot_rows where source = {literal(delivery.source)} "
        f"and entity = {literal(delivery.entity)} "
        f"and scope = {literal(delivery.feed if delivery.mode == 'correction' else '')} "
        f"and delivered_at = timestamp {literal(delivery.moment)}"
    )


def of_marts(before: Mapping[str, int], after: Mapping[str, int], names: Mapping[str, str]) -> Iterator[Finding]:
    """Yield the marts that fell below half of their rows or grew to several times of them; ``names`` are their keys."""
    for mart, rows in before.items():
        now = after.get(mart, 0)
        look = f"select * from before.marts.{mart}"
        if key := names.get(mart):
            look = f"{look} where {key} not in (select {key} from marts.{mart} where {key} is not null)"
        if mart in after and now < LEAST_SHARE * rows:
            expected = f"at least half of the {rows:,} rows of the generation before"
            yield Finding("mart shrank", f"marts.{mart}", None, expected, f"{now:,}", look)
        elif mart not in after:
            yield Finding("mart shrank", f"marts.{mart}", None, "a table, as in the generation before", "none", look)
        elif rows >= FEW_ROWS and now > MOST_GROWTH * rows:
            expected = f"at most {MOST_GROWTH:.0f} times the {rows:,} rows of the generation before"
            yield Finding("mart jumped", f"marts.{mart}", None, expected, f"{now:,}", f"select * from marts.{mart}")
