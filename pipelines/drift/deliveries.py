"""The deliveries that drift is looked for in: what the ledger tells of each feed, in order, up to as_of."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import duckdb

from pipelines.sql import literal


@dataclass(frozen=True)
class Shown:
    """What the generation before showed: the last batch that it held, and its as_of."""

    batch_id: str
    as_of: datetime


@dataclass(frozen=True)
class Delivery:
    """All files of one feed that were delivered at one moment; ``is_new`` where no published generation held them.

    ``columns`` says of each column of the files which field of the contract it feeds; None where nothing uses it.
    """

    source: str
    entity: str
    mode: str
    feed: str
    moment: datetime
    rows: int
    is_new: bool
    columns: Mapping[str, str | None]

    @property
    def subject(self) -> str:
        """Name the feed."""
        return f"{self.source}/{self.entity}" + (f" ({self.feed})" if self.feed else "")

    @property
    def of_feed(self) -> str:
        """Return the SQL condition of the feed's deliveries in the ledger."""
        return (
            f"source = {literal(self.source)} and entity = {literal(self.entity)} and mode = {literal(self.mode)} "
            f"and {FEED} = {literal(self.feed)} and status = 'loaded'"
        )


FEED = "case when mode = 'correction' then file_name else coalesce(feed, '') end"
"""What tells the feeds of a source and entity apart: the path of the mapping; a corrected file is a feed of its own."""

FILES = f"""
    select
        source, entity, mode, {FEED} as feed, file_id, delivered_at, rows_read, columns,
        (select number from ops.batches as batches where batches.batch_id = deliveries.batch_id) as number,
        case when is_declared then delivered_at else max(delivered_at) over undeclared end as moment
    from ops.deliveries as deliveries
    where status = 'loaded' and delivered_at <= (select max(as_of) from ops.as_of)
    window undeclared as (partition by source, entity, mode, is_declared, batch_id)
"""
"""What lands without a declared moment is one delivery a run."""

LEDGER = f"""
    select
        source, entity, mode, feed, moment, cast(sum(rows_read) as bigint), list(distinct columns),
        coalesce(max(number), 0) > $number or moment > $shown
    from ({FILES})
    group by source, entity, mode, feed, moment
    order by source, entity, mode, feed, moment
"""


def feeds(connection: duckdb.DuckDBPyConnection, shown: Shown | None) -> list[list[Delivery]]:
    """Return the deliveries of each feed that are known at as_of, oldest first.

    Before anything was published, only the last delivery of a feed is new: there is nothing that it could drift from.
    """
    parameters = {"number": number(connection, shown), "shown": shown.as_of if shown else datetime.max}
    found: dict[tuple[str, ...], list[Delivery]] = {}
    for *names, moment, rows, columns, is_new in connection.execute(LEDGER, parameters).fetchall():
        source, entity, mode, feed = map(str, names)
        delivery = Delivery(source, entity, mode, feed, moment, rows, bool(is_new), united(columns))
        found.setdefault((source, entity, mode, feed), []).append(delivery)
    if shown is None:
        return [[*map(as_known, known[:-1]), as_new(known[-1])] for known in found.values()]
    return list(found.values())


def number(connection: duckdb.DuckDBPyConnection, shown: Shown | None) -> int:
    """Return the number of the batch that was shown, whatever the clock said when it was loaded; 0 where none was."""
    batch = shown.batch_id if shown else None
    found = connection.execute("select coalesce(max(number), 0) from ops.batches where batch_id = ?", [batch])
    return int(found.fetchall()[0][0])


def as_new(delivery: Delivery) -> Delivery:
    """Return the delivery as one that nobody has seen."""
    return replace(delivery, is_new=True)


def as_known(delivery: Delivery) -> Delivery:
    """Return the delivery as one that was seen before."""
    return replace(delivery, is_new=False)


def united(texts: list[str | None]) -> dict[str, str | None]:
    """Return the columns of several files, as the ledger keeps them, as one."""
    parts: Iterator[dict[str, str | None]] = (json.loads(text) for text in texts if text)
    return {name: field for part in parts for name, field in part.items()}


def with_history(feed: list[Delivery]) -> Iterator[tuple[Delivery, list[Delivery]]]:
    """Yield each new delivery of a feed with those before it."""
    for place, delivery in enumerate(feed):
        if delivery.is_new:
            yield delivery, feed[:place]
