"""Feeds that went silent: they spoke in a rhythm, and by as_of a word is overdue. The machine's clock is not asked.

A feed has a rhythm from four words on. It is overdue when the time since its last word exceeds one and a half of its
usual pauses and twice their median absolute deviation. An entity that came with each of its source's last deliveries,
and not with the newest one, is overdue at once.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

import duckdb

from pipelines.drift.deliveries import Delivery
from pipelines.drift.findings import Finding
from pipelines.sql import literal

LEAST_WORDS = 4
PAUSES = 1.5
LEAST_DELAY = 86_400.0
"""Seconds: within a day nothing is called silent."""

WORDS_KEPT = 12
DELIVERIES_KEPT = 7
"""An entity that came with the six deliveries of its source before the newest belongs to each of them."""

SYNCS = """
    select employer_id, system, array_agg(distinct last_synced_at order by last_synced_at) as words
    from raw.outcome_feeds, ops.as_of
    where _delivered_at <= as_of and last_synced_at is not null
    group by employer_id, system
    having not bool_or(observable_to is not null)
    order by employer_id, system
"""


def of_deliveries(
    feeds: Iterable[list[Delivery]], as_of: datetime, suffering: Mapping[str, tuple[str, ...]]
) -> Iterator[Finding]:
    """Yield the feeds whose next delivery is overdue at as_of; ``suffering`` is entity -> metrics made from it."""
    known = [feed for feed in feeds if feed[0].mode != "correction"]
    for feed in known:
        siblings = {each.moment for other in known if other[0].source == feed[0].source for each in other}
        moments = [each.moment for each in feed]
        due = missed(moments, sorted(siblings)) or overdue(moments, as_of)
        if due:
            last = feed[-1]
            look = (
                "select delivered_at, file_name, rows_read from ops.deliveries "
                f"where {last.of_feed} order by delivered_at desc"
            )
            yield told(last.subject, due, moments[-1], look, suffering.get(last.entity, ()))


def of_outcomes(
    connection: duckdb.DuckDBPyConnection, as_of: datetime, suffering: Mapping[str, tuple[str, ...]]
) -> Iterator[Finding]:
    """Yield the employers' outcome feeds that should have spoken again by as_of, unless they say that they ended."""
    for employer, system, words in connection.sql(SYNCS).fetchall():
        due = overdue(words, as_of)
        if due:
            look = (
                "select last_synced_at, observable_from, observable_to, _delivered_at from raw.outcome_feeds "
                f"where employer_id = {literal(employer)} and system = {literal(system)} order by _delivered_at desc"
            )
            subject = f"outcome feed of {employer} ({system})"
            yield told(subject, due, words[-1], look, suffering.get("outcome_feeds", ()))


def told(subject: str, due: datetime, last: datetime, look: str, metrics: tuple[str, ...]) -> Finding:
    """Return the finding of a silent feed."""
    return Finding(
        "feed silent", subject, last, f"a word by {due:%Y-%m-%d}", f"none after {last:%Y-%m-%d}", look, metrics
    )


def overdue(words: list[datetime], as_of: datetime) -> datetime | None:
    """Return until when the next word was to be waited for, where that has passed."""
    recent = words[-WORDS_KEPT:]
    if len(recent) < LEAST_WORDS:
        return None
    pauses = [(later - earlier).total_seconds() for earlier, later in pairwise(recent)]
    usual = median(pauses)
    spread = median(abs(each - usual) for each in pauses)
    due = recent[-1] + timedelta(seconds=max(PAUSES * usual, usual + 2 * spread, LEAST_DELAY))
    return due if as_of > due else None


def missed(words: list[datetime], of_source: list[datetime]) -> datetime | None:
    """Return the newest delivery of the source, where a feed that came with all of those before is not in it."""
    *before, newest = of_source[-DELIVERIES_KEPT:]
    is_regular = len(before) >= LEAST_WORDS and set(before) <= set(words)
    return newest if is_regular and newest not in words else None
