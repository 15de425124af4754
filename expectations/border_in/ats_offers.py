"""The order of an offer's steps."""

from expectations.border_in.contract import shown_key
from expectations.rows import ExpectRowsToHold, rows_hold
from pipelines.contract import Entity


def rules(entity: Entity) -> list[ExpectRowsToHold]:
    """Return the rules about offers that the contract cannot say."""
    key = shown_key(entity)
    return [
        rows_hold(
            "resolved before sent",
            "each.resolved_at < each.sent_at",
            "An offer is answered after it was sent.",
            key=key,
            column="resolved_at",
        ),
        rows_hold(
            "starts before sent",
            "each.starts_at < cast(each.sent_at as date)",
            "The first day comes after the offer.",
            key=key,
            column="starts_at",
        ),
    ]
