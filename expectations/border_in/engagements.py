"""The order of the steps of the work."""

from expectations.border_in.contract import shown_key
from expectations.rows import ExpectRowsToHold, rows_hold
from pipelines.contract import Entity


def rules(entity: Entity) -> list[ExpectRowsToHold]:
    """Return the rules about engagements that the contract cannot say."""
    key = shown_key(entity)
    return [
        rows_hold(
            "started before accepted",
            "each.started_at < each.accepted_at",
            "Work begins after it was accepted.",
            key=key,
            column="started_at",
        ),
        rows_hold(
            "submitted before started",
            "each.submitted_at < each.started_at",
            "Work is handed in after it began.",
            key=key,
            column="submitted_at",
        ),
        rows_hold(
            "approved before started",
            "each.approved_at < each.started_at",
            "Work is approved after it began.",
            key=key,
            column="approved_at",
        ),
        rows_hold(
            "approved and cancelled",
            "each.approved_at is not null and each.cancelled_at is not null",
            "Approved work was not called off.",
            key=key,
            column="cancelled_at",
        ),
    ]
