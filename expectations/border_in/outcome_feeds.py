"""Feeds that went silent: without this a silent feed looks like failure."""

from expectations.border_in.contract import shown_key
from expectations.rows import AS_OF, ExpectRowsToHold, rows_hold
from pipelines.contract import Entity

SILENT_DAYS = 35
"""A monthly feed that is a few days late is not silent yet."""


def rules(entity: Entity) -> list[ExpectRowsToHold]:
    """Return the rules about feeds that the contract cannot say."""
    key = shown_key(entity)
    return [
        rows_hold(
            "feed went silent",
            f"each.observable_to is null and each.last_synced_at < {AS_OF} - interval {SILENT_DAYS} day",
            f"A feed that lasts has spoken within {SILENT_DAYS} days before as_of.",
            key=key,
            column="last_synced_at",
        ),
        rows_hold(
            "observed backwards",
            "each.observable_to < each.observable_from",
            "What can be observed ends after it began.",
            key=key,
            column="observable_to",
        ),
    ]
